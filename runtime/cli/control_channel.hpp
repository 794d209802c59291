// One connection to a daemon as the verbs use it: questions go out, answers come back, and several
// questions may be on their way. Who opens the connection is the program's business.
#pragma once

#include "messages/control.hpp"

#include <functional>

namespace ppn {

class control_channel {
public:
  using send_function = std::function<status(const control_request&)>;
  using receive_function = std::function<result<control_response>()>;
  using request_body = decltype(control_request::body);
  using response_body = decltype(control_response::body);

  control_channel(send_function send, receive_function receive)
      : send_(std::move(send)), receive_(std::move(receive)) {}

  // The id of the question.
  result<std::uint64_t> send(request_body body);
  // The answer to this question; one that nobody waited for until now is skipped. An error of the
  // daemon is returned like one of our own.
  result<response_body> receive(std::uint64_t id);
  // The next answer, whichever question it is for.
  result<control_response> receive_any() { return receive_(); }

  template <class Reply>
  result<Reply> ask(request_body body);

  // The answer as what it has to be.
  template <class Reply>
  static result<Reply> expect(result<response_body> got);

private:
  send_function send_;
  receive_function receive_;
  std::uint64_t last_ = 0;
};

template <class Reply>
result<Reply> control_channel::expect(result<response_body> got) {
  if (!got) return fail(got.error());
  if (auto* reply = std::get_if<Reply>(&*got)) return std::move(*reply);
  return fail(ec::malformed, "the daemon answered another question");
}

template <class Reply>
result<Reply> control_channel::ask(request_body body) {
  auto id = send(std::move(body));
  if (!id) return fail(id.error());
  return expect<Reply>(receive(*id));
}

} // namespace ppn
