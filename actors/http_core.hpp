// What the HTTP service of a node decides: who may ask, what a path names, and how answers of the ledger
// are spelled. The layout is that of tlog-tiles and tlog-witness: below /fleet/ and /own/ the two logs of
// this node, below /witness/ what it cosigns. A path has one spelling; every other one names nothing.
#pragma once

#include "actors/http_frames.hpp"
#include "messages/actors.hpp"
#include "storage/log/tile.hpp"

#include <variant>

namespace ppn {

enum class served_log : std::uint8_t { fleet, own };

namespace resource {

struct checkpoint {
  served_log of = served_log::fleet;
  bool operator==(const checkpoint&) const = default;
};
struct tile {
  served_log of = served_log::fleet;
  log::tile_address address;
  bool operator==(const tile&) const = default;
};
struct add_checkpoint {
  bool operator==(const add_checkpoint&) const = default;
};
// The newest checkpoint that this node's witness cosigned for an origin of this hash.
struct witnessed {
  digest origin;
  bool operator==(const witnessed&) const = default;
};

} // namespace resource

using http_resource =
  std::variant<resource::checkpoint, resource::tile, resource::add_checkpoint, resource::witnessed>;

std::optional<http_resource> find_resource(std::string_view path);
// Why a method does not go with a resource: 405 and those that do.
std::optional<http_response> check_method(const http_resource& what, std::string_view method);

// Members by their addresses on the mesh, and programs on this machine.
bool may_ask(std::string_view address, const membership* members);

ledger_tile_query tile_query(const log::tile_address& tile);

http_response response_to(const ledger_report_answer& answer);
http_response response_to(ledger_tile_answer&& answer);
http_response response_to(add_checkpoint_answer&& answer);
http_response response_to(witnessed_answer&& answer);

} // namespace ppn
