// A ledger as people read it, today and in decades: text for a screen, and flat files that need no
// software of ours. The same ledger gives the same octets on every machine. `views_readme` explains
// the files to whoever finds them.
#pragma once

#include "messages/ledger.hpp"
#include "storage/ledger/fleet_fold.hpp"

namespace ppn::views {

// Names to show for nodes, as the caller knows them at the moment of an entry. Views that are kept
// on disk are written without: a later name must not change what stands there.
using node_names = std::map<node_id, std::string>;
node_names names_of(const fleet_state& state);

// -- for a screen
// -----------------------------------------------------------------------------------------

// Several lines, everything there is to know.
std::string entry_human(std::uint64_t index, const opened_entry& opened,
                        const node_names& names = {});
// One line, without line feed.
std::string entry_brief(std::uint64_t index, const opened_entry& opened,
                        const node_names& names = {});

// -- exports
// ----------------------------------------------------------------------------------------------

enum class export_format : std::uint8_t { jsonl, csv, yaml };
std::string_view to_string(export_format value);
std::optional<export_format> export_format_from(std::string_view text);

// A file is the header, the entries and the footer, one after the other.
std::string export_header(export_format format);
std::string export_entry(export_format format, std::uint64_t index, const opened_entry& opened,
                         const node_names& names = {});
// Of an entry as it is in the log; one that cannot be read has a row too.
std::string export_entry(export_format format, std::uint64_t index, bytes_view octets,
                         const node_names& names = {});
std::string export_footer(export_format format);

// -- registers
// --------------------------------------------------------------------------------------------

std::string nodes_jsonl(const fleet_state& state); // without the operators' stations
std::string members_csv(const fleet_state& state); // with them
std::string grants_yaml(const fleet_state& state);
std::string guests_csv(const fleet_state& state);

// Explains every file and format, for readers without our software.
std::string views_readme(std::string_view origin);

} // namespace ppn::views
