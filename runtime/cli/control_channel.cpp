#include "runtime/cli/control_channel.hpp"

namespace ppn {

result<std::uint64_t> control_channel::send(request_body body) {
  if (status sent = send_({++last_, std::move(body)}); !sent) return fail(sent.error());
  return last_;
}

result<control_channel::response_body> control_channel::receive(std::uint64_t id) {
  for (;;) {
    auto response = receive_();
    if (!response) return fail(response.error());
    const auto* refusal = std::get_if<error>(&response->body);
    // With id 0 the daemon speaks about the connection as a whole.
    if (response->id == 0 && refusal) return fail(*refusal);
    if (response->id == 0 || response->id > id)
      return fail(ec::malformed, "the daemon answered another question");
    if (response->id < id) continue;
    if (refusal) return fail(*refusal);
    return std::move(response->body);
  }
}

} // namespace ppn
