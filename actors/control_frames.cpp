#include "actors/control_frames.hpp"

#include "messages/base/limits.hpp"
#include "messages/wire/codec.hpp"

#include <algorithm>

namespace ppn {

namespace {

constexpr std::size_t prefix_octets = 4;

} // namespace

status control_frames::take(bytes_view data, mono_time now, std::vector<control_request>& out) {
  if (pending_.empty()) since_ = now;
  append(pending_, data);
  std::size_t used = 0;
  while (pending_.size() - used >= prefix_octets) {
    std::uint32_t length = load_le32(pending_.data() + used);
    if (length > limits::control_request_max)
      return fail(ec::too_large, "a request of " + std::to_string(length) + " octets");
    if (pending_.size() - used - prefix_octets < length) break;
    auto request = wire::decode_control_request(
      bytes_view{pending_}.subspan(used + prefix_octets, length));
    if (!request) return fail(request.error());
    out.push_back(std::move(*request));
    used += prefix_octets + length;
    since_ = now;
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(used));
  return {};
}

mono_time control_frames::deadline() const {
  return since_ + (pending_.empty() ? limits::control_idle_deadline
                                    : nanoseconds{limits::control_request_deadline});
}

bytes control_frames::frame(const control_response& response) {
  bytes body = wire::encode(response);
  if (body.size() > limits::control_response_max)
    body = wire::encode(control_response{
      response.id, error{ec::too_large, "the answer is over the control socket's cap"}});
  bytes framed(prefix_octets);
  store_le32(framed.data(), static_cast<std::uint32_t>(body.size()));
  append(framed, body);
  return framed;
}

} // namespace ppn
