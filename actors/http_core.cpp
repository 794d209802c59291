#include "actors/http_core.hpp"

#include "storage/log/checkpoint.hpp"

#include <algorithm>

namespace ppn {

namespace {

constexpr const char* octets_type = "application/octet-stream";
constexpr const char* mutable_text = "no-cache";
constexpr const char* immutable_file = "public, max-age=31536000, immutable";

bool take_prefix(std::string_view& path, std::string_view prefix) {
  if (path.substr(0, prefix.size()) != prefix) return false;
  path.remove_prefix(prefix.size());
  return true;
}

std::optional<http_resource> find_in_log(served_log of, std::string_view path) {
  if (path == "checkpoint") return resource::checkpoint{of};
  auto tile = log::parse_tile_path(path);
  if (!tile) return std::nullopt;
  return resource::tile{of, *tile};
}

std::optional<http_resource> find_in_witness(std::string_view path) {
  if (path == "add-checkpoint") return resource::add_checkpoint{};
  auto origin = digest::from_hex_text(path.substr(0, 2 * digest::size));
  if (!origin || path != origin->hex() + "/checkpoint") return std::nullopt;
  return resource::witnessed{*origin};
}

http_response text_response(std::string_view text) {
  http_response made;
  made.cache_control = mutable_text;
  made.body.assign(text.begin(), text.end());
  return made;
}

// Of two notes over one text the one with more lines.
const std::string& fuller(const ledger_report& report) {
  auto plain = log::parse_note(view_of(report.note));
  auto cosigned = log::parse_note(view_of(report.cosigned));
  return plain && cosigned && plain->text == cosigned->text ? report.cosigned : report.note;
}

} // namespace

// -- requests ----------------------------------------------------------------------------------------------

std::optional<http_resource> find_resource(std::string_view path) {
  if (take_prefix(path, "/fleet/")) return find_in_log(served_log::fleet, path);
  if (take_prefix(path, "/own/")) return find_in_log(served_log::own, path);
  if (take_prefix(path, "/witness/")) return find_in_witness(path);
  return std::nullopt;
}

std::optional<http_response> check_method(const http_resource& what, std::string_view method) {
  bool posted = std::holds_alternative<resource::add_checkpoint>(what);
  if (posted ? method == "POST" : method == "GET" || method == "HEAD") return std::nullopt;
  http_response refused = http_refusal(405, "not with this method");
  refused.allow = posted ? "POST" : "GET, HEAD";
  return refused;
}

bool may_ask(std::string_view address, const membership* members) {
  if (address == "::1" || address.substr(0, 4) == "127.") return true;
  return members != nullptr &&
         std::any_of(members->members.begin(), members->members.end(),
                     [&](const member_record& member) { return member.address == address; });
}

ledger_tile_query tile_query(const log::tile_address& tile) {
  return {tile.kind == log::tile_kind::entries, tile.level, tile.index, tile.width};
}

// -- answers -----------------------------------------------------------------------------------------------

http_response response_to(const ledger_report_answer& answer) {
  const ledger_report& report = answer.report;
  if (report.note.empty()) return http_refusal(404, "this log has no checkpoint yet");
  auto note = log::parse_note(view_of(report.note));
  auto body = note ? log::parse_checkpoint(note->text) : fail(note.error());
  if (!body) return http_refusal(500, "the checkpoint cannot be read");
  // Whoever takes a checkpoint from here must find its tiles here.
  if (body->size != report.size) return http_refusal(503, "this copy is catching up");
  return text_response(fuller(report));
}

http_response response_to(ledger_tile_answer&& answer) {
  if (answer.refused && answer.refused->code == ec::not_found)
    return http_refusal(404, "the log has no such tile");
  if (answer.refused) return http_refusal(500, "the tile cannot be read");
  http_response made;
  made.content_type = octets_type;
  made.cache_control = immutable_file;
  made.body = std::move(answer.data);
  return made;
}

http_response response_to(add_checkpoint_answer&& answer) {
  http_response made;
  made.status = answer.status;
  made.content_type = std::move(answer.content_type);
  made.body.assign(answer.body.begin(), answer.body.end());
  return made;
}

http_response response_to(witnessed_answer&& answer) {
  if (answer.note.empty()) return http_refusal(404, "nothing was cosigned for that origin");
  return text_response(answer.note);
}

} // namespace ppn
