// Cuts the octets of one HTTP/1.1 connection into requests, within caps and deadlines, and spells
// responses. Only what a reader of a log or a log that asks its witness needs: bodies come with their
// length in front, one request is answered at a time.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace ppn {

// What bounds a service that any member may ask.
namespace http_limits {

inline constexpr std::size_t head_octets = 4 * 1024;
inline constexpr std::size_t body_octets = 128 * 1024; // the largest request to a witness
// What a peer may have sent beyond the request that is being answered.
inline constexpr std::size_t ahead_octets = 2 * (head_octets + body_octets);
// From the first octet of a request to its last, and between two pieces of a response.
inline constexpr seconds request_deadline{10};
inline constexpr seconds idle_deadline{30};
// A peer that was refused may still be sending: closing at once could destroy the answer on its way.
inline constexpr seconds linger{2};
inline constexpr std::size_t connections = 32;
inline constexpr std::size_t connections_per_address = 8;
// Responses leave in pieces, so that a slow reader does not fill the stream's window with one of them.
inline constexpr std::size_t piece_octets = 64 * 1024;
// Of all responses that wait for their readers; a bundle of entries may take half of it.
inline constexpr std::size_t waiting_octets = 32 * 1024 * 1024;

} // namespace http_limits

struct http_request {
  std::string method;
  std::string target; // without scheme and authority
  bytes body;
  bool keep_alive = true;
  bool operator==(const http_request&) const = default;
};

inline constexpr const char* http_plain_text = "text/plain; charset=utf-8";

struct http_response {
  int status = 200;
  std::string content_type = http_plain_text;
  std::string cache_control; // empty: no such line
  std::string allow;         // of a 405
  bytes body;
};

// A response of one line, for people.
http_response http_refusal(int status, std::string_view why);

class http_frames {
public:
  explicit http_frames(mono_time now) : since_(now) {}

  // Keeps the octets; false when there are more than anybody has a reason to send.
  bool take(bytes_view data, mono_time now);
  // The next request, if it is whole. After an answer with an error nothing else will come.
  tl::expected<std::optional<http_request>, http_response> next(mono_time now);
  // True once for a request whose sender waits for a word before it sends the body.
  bool owes_continue();
  // Counts anew: the request before was answered.
  void restart(mono_time now) { since_ = now; }
  // When an idle or half-spoken connection has to go.
  mono_time deadline() const;

private:
  struct head {
    http_request request;
    std::size_t body_octets = 0;
    bool expects_continue = false;
  };
  tl::expected<head, http_response> read_head(std::size_t octets) const;

  bytes pending_;
  std::optional<head> head_; // of the request whose body is awaited
  mono_time since_;
};

// The octets of a response; of one to HEAD, without the body.
bytes http_octets(const http_response& response, bool keep_alive, bool with_body, wall_time now);
inline constexpr std::string_view http_continue = "HTTP/1.1 100 Continue\r\n\r\n";

} // namespace ppn
