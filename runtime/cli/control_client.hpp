// The operator's end of the control socket (design D12): one connection with one question or many,
// each within a deadline. Blocking, for command lines; a frame is a little-endian u32 length
// and that many octets of one Cap'n Proto segment. Every failure is an error that says what to do
// about it.
#pragma once

#include "messages/base/error.hpp"
#include "messages/base/limits.hpp"
#include "messages/control.hpp"

#include <memory>
#include <string>

namespace ppn {

struct control_endpoint {
  std::string path;
  milliseconds deadline = limits::control_request_deadline;
  // A descriptor that becomes readable when nobody waits for the answer any more; -1: none.
  int interrupt = -1;
};

// Never blocks beyond the deadline. An error that the daemon answers is returned like one of our
// own; ec::unreachable: no daemon there; ec::permission; ec::timed_out; ec::malformed: it is no
// daemon of ours; ec::stopping: interrupted.
result<control_response> ask_daemon(const control_endpoint& endpoint,
                                    const control_request& request);

// A connection that stays open.
class control_session {
public:
  static result<control_session> open(const control_endpoint& endpoint);
  control_session(control_session&& other) noexcept;
  control_session& operator=(control_session&&) = delete;
  ~control_session();

  status send(const control_request& request);
  // The next answer, an error of the daemon included. The deadline begins anew with each call.
  result<control_response> receive();

private:
  explicit control_session(std::unique_ptr<class control_connection> connection);
  std::unique_ptr<class control_connection> connection_;
};

result<status_reply> ask_status(const control_endpoint& endpoint);
result<reload_reply> ask_reload(const control_endpoint& endpoint);

} // namespace ppn
