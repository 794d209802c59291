// The octets of an HTTP connection, cut anywhere: the requests in them, and what their targets name. How
// they were cut on their way never matters, and every path that names something has one spelling.
#include "actors/http_core.hpp"
#include "messages/base/assert.hpp"

#include <algorithm>

namespace {

using namespace ppn;

constexpr mono_time now{};

struct outcome {
  std::vector<http_request> requests;
  int ended = 0; // the status that ended the connection

  bool operator==(const outcome&) const = default;

  void take(http_frames& frames, bytes_view data) {
    if (ended != 0) return;
    if (!frames.take(data, now)) {
      ended = -1;
      return;
    }
    for (;;) {
      auto request = frames.next(now);
      std::ignore = frames.owes_continue();
      PPN_ASSERT(frames.deadline() > now);
      if (!request) ended = request.error().status;
      if (!request || !*request) return;
      requests.push_back(std::move(**request));
    }
  }
};

outcome read_in_chunks(bytes_view data, std::size_t first) {
  http_frames frames{now};
  outcome out;
  out.take(frames, data.first(first));
  out.take(frames, data.subspan(first));
  return out;
}

std::string spelled(const http_resource& what) {
  auto of = [](served_log which) { return which == served_log::fleet ? "/fleet/" : "/own/"; };
  if (auto* shown = std::get_if<resource::checkpoint>(&what))
    return std::string(of(shown->of)) + "checkpoint";
  if (auto* tile = std::get_if<resource::tile>(&what))
    return of(tile->of) + log::tile_path(tile->address);
  if (auto* witnessed = std::get_if<resource::witnessed>(&what))
    return "/witness/" + witnessed->origin.hex() + "/checkpoint";
  return "/witness/add-checkpoint";
}

void check_target(std::string_view target) {
  auto found = find_resource(target);
  if (!found) return;
  PPN_ASSERT(spelled(*found) == target);
  PPN_ASSERT(check_method(*found, "GET").has_value() != check_method(*found, "POST").has_value());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bytes_view rest{data + 1, size - 1};
  check_target(text_of(rest));
  const outcome whole = read_in_chunks(rest, rest.size());
  for (const http_request& request : whole.requests) {
    PPN_ASSERT(request.body.size() <= http_limits::body_octets);
    PPN_ASSERT(request.method.size() + request.target.size() <= http_limits::head_octets);
    check_target(request.target);
  }
  PPN_ASSERT(whole == read_in_chunks(rest, std::min<std::size_t>(data[0], rest.size())));
  return 0;
}
