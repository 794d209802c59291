#include "actors/views_core.hpp"

#include "messages/base/limits.hpp"
#include "storage/ledger/views.hpp"
#include "storage/log/text.hpp"

#include <algorithm>

namespace ppn {

namespace {

constexpr const char* export_name = "ledger.jsonl";
constexpr std::string_view line_start = "{\"index\":";
// An entry of the largest size has no longer line: each octet of its texts takes six letters at most.
constexpr std::size_t line_octets_max = 8 * limits::entry_octets;

std::string line_of(std::uint64_t index, bytes_view entry) {
  return views::export_entry(views::export_format::jsonl, index, entry);
}

// The number that a line of the export begins with.
std::optional<std::uint64_t> index_of(std::string_view line) {
  if (line.substr(0, line_start.size()) != line_start) return std::nullopt;
  line.remove_prefix(line_start.size());
  return log::parse_decimal(line.substr(0, line.find(',')));
}

} // namespace

// -- what is there -----------------------------------------------------------------------------------------

status views_core::open() {
  open_ = false;
  unchecked_end_.reset();
  lines_ = old_lines_ = old_octets_ = compared_lines_ = compared_octets_ = 0;
  registers_ = 0;
  if (status written = to_->write("README.txt", views::views_readme(origin_)); !written) return written;
  auto octets = to_->open_lines(export_name);
  if (!octets) return fail(octets.error());
  octets_ = *octets;
  if (octets_ > 0)
    if (status found = find_last_line(); !found) return found;
  open_ = true;
  return {};
}

status views_core::find_last_line() {
  std::uint64_t from = octets_ > line_octets_max ? octets_ - line_octets_max : 0;
  auto end = to_->read(export_name, from, static_cast<std::size_t>(octets_ - from));
  if (!end) return fail(end.error());
  if (end->size() != octets_ - from) return fail(ec::stale, "the export became shorter");
  auto before = end->size() < 2 ? std::string::npos : end->rfind('\n', end->size() - 2);
  std::string line = before == std::string::npos ? std::move(*end) : end->substr(before + 1);
  auto index = index_of(line);
  if (!index || (before == std::string::npos && from > 0)) return begin_anew();
  lines_ = *index + 1;
  unchecked_end_ = std::move(line);
  return {};
}

// What is there is not what the ledger says.
status views_core::begin_anew() {
  open_ = false;
  if (status moved = to_->set_aside(export_name); !moved) return moved;
  unchecked_end_.reset();
  lines_ = octets_ = old_lines_ = old_octets_ = compared_lines_ = compared_octets_ = 0;
  open_ = true;
  return {};
}

// -- lines -------------------------------------------------------------------------------------------------

std::optional<views_core::range> views_core::next(std::uint64_t size) const {
  if (!open_) return std::nullopt;
  if (unchecked_end_) return range{lines_ - 1, 1};
  if (lines_ < size) return range{lines_, std::min(step_entries, size - lines_)};
  if (compared_lines_ < old_lines_)
    return range{compared_lines_, std::min(step_entries, old_lines_ - compared_lines_)};
  return std::nullopt;
}

status views_core::take(const range& asked, const std::vector<bytes>& entries) {
  if (!open_) return {};
  status done;
  if (unchecked_end_)
    done = asked.from == lines_ - 1 ? check_last_line(entries) : status{};
  else if (asked.from == lines_)
    done = append(entries);
  else if (asked.from == compared_lines_)
    done = compare(entries);
  if (!done) open_ = false;
  return done;
}

status views_core::check_last_line(const std::vector<bytes>& entries) {
  if (entries.empty() || line_of(lines_ - 1, entries.front()) != *unchecked_end_) return begin_anew();
  unchecked_end_.reset();
  old_lines_ = lines_;
  old_octets_ = octets_;
  return {};
}

status views_core::append(const std::vector<bytes>& entries) {
  std::string text;
  std::uint64_t count = 0;
  for (const bytes& entry : entries) {
    text += line_of(lines_ + count++, entry);
    if (text.size() >= step_octets) break;
  }
  if (text.empty()) return {};
  status written = to_->append(export_name, octets_, text);
  if (!written) return written;
  lines_ += count;
  octets_ += text.size();
  return {};
}

status views_core::compare(const std::vector<bytes>& entries) {
  std::string text;
  std::uint64_t count = 0;
  for (const bytes& entry : entries) {
    if (compared_lines_ + count == old_lines_ || text.size() >= step_octets) break;
    text += line_of(compared_lines_ + count++, entry);
  }
  auto there = to_->read(export_name, compared_octets_, text.size());
  if (!there) return fail(there.error());
  compared_lines_ += count;
  compared_octets_ += text.size();
  bool ends_right = compared_lines_ < old_lines_ || compared_octets_ == old_octets_;
  return *there == text && count > 0 && ends_right ? status{} : begin_anew();
}

// -- registers ---------------------------------------------------------------------------------------------

status views_core::write_registers(std::uint64_t changes, const fleet_state& state) {
  const std::pair<const char*, std::string (*)(const fleet_state&)> registers[] = {
    {"nodes.jsonl", views::nodes_jsonl},
    {"members.csv", views::members_csv},
    {"grants.yaml", views::grants_yaml},
    {"guests.csv", views::guests_csv}};
  for (const auto& [name, spell] : registers)
    if (status written = to_->write(name, spell(state)); !written) {
      open_ = false;
      return written;
    }
  registers_ = changes;
  return {};
}

} // namespace ppn
