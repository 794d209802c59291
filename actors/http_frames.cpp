#include "actors/http_frames.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace ppn {

namespace {

namespace http = boost::beast::http;

constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::string_view scheme = "http://";

std::string text(boost::beast::string_view from) { return {from.data(), from.size()}; }

// A client that takes us for a proxy names the whole address; what counts is the path.
std::string path_of(std::string target) {
  if (target.compare(0, scheme.size(), scheme) != 0) return target;
  auto slash = target.find('/', scheme.size());
  return slash == std::string::npos ? "/" : target.substr(slash);
}

std::string_view reason_of(int status) {
  switch (status) {
  case 200: return "OK";
  case 400: return "Bad Request";
  case 403: return "Forbidden";
  case 404: return "Not Found";
  case 405: return "Method Not Allowed";
  case 409: return "Conflict";
  case 411: return "Length Required";
  case 413: return "Content Too Large";
  case 417: return "Expectation Failed";
  case 422: return "Unprocessable Content";
  case 431: return "Request Header Fields Too Large";
  case 500: return "Internal Server Error";
  case 503: return "Service Unavailable";
  }
  return "Unknown";
}

std::string two_digits(unsigned value) {
  return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
}

// As "Sun, 06 Nov 1994 08:49:37 GMT", in no locale.
std::string http_date(wall_time now) {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::chrono::sys_seconds whole{std::chrono::floor<seconds>(now.time_since_epoch())};
  auto midnight = std::chrono::floor<std::chrono::days>(whole);
  std::chrono::year_month_day date{midnight};
  std::chrono::hh_mm_ss clock{whole - midnight};
  std::string year = std::to_string(static_cast<int>(date.year()));
  return std::string(days[std::chrono::weekday{midnight}.c_encoding()]) + ", " +
         two_digits(static_cast<unsigned>(date.day())) + " " +
         months[static_cast<unsigned>(date.month()) - 1] + " " + year + " " +
         two_digits(static_cast<unsigned>(clock.hours().count())) + ":" +
         two_digits(static_cast<unsigned>(clock.minutes().count())) + ":" +
         two_digits(static_cast<unsigned>(clock.seconds().count())) + " GMT";
}

} // namespace

http_response http_refusal(int status, std::string_view why) {
  http_response made;
  made.status = status;
  append(made.body, view_of(why));
  made.body.push_back('\n');
  return made;
}

// -- requests ----------------------------------------------------------------------------------------------

bool http_frames::take(bytes_view data, mono_time now) {
  if (data.size() > http_limits::ahead_octets ||
      pending_.size() > http_limits::ahead_octets - data.size())
    return false;
  if (pending_.empty()) since_ = now;
  append(pending_, data);
  return true;
}

tl::expected<std::optional<http_request>, http_response> http_frames::next(mono_time now) {
  if (!head_) {
    auto window = text_of(bytes_view(pending_).first(std::min(pending_.size(), http_limits::head_octets)));
    auto end = window.find(head_end);
    if (end == std::string_view::npos) {
      if (window.size() < http_limits::head_octets) return std::nullopt;
      return tl::unexpected(http_refusal(431, "the head of a request has at most 4 KiB"));
    }
    auto read = read_head(end + head_end.size());
    if (!read) return tl::unexpected(std::move(read.error()));
    head_ = std::move(*read);
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(end + head_end.size()));
  }
  if (pending_.size() < head_->body_octets) return std::nullopt;
  auto body_end = pending_.begin() + static_cast<std::ptrdiff_t>(head_->body_octets);
  http_request request = std::move(head_->request);
  request.body.assign(pending_.begin(), body_end);
  pending_.erase(pending_.begin(), body_end);
  head_.reset();
  since_ = now;
  return request;
}

tl::expected<http_frames::head, http_response> http_frames::read_head(std::size_t octets) const {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(http_limits::head_octets);
  parser.body_limit(http_limits::body_octets);
  boost::system::error_code failed;
  parser.put(boost::asio::const_buffer(pending_.data(), octets), failed);
  if (failed == http::error::body_limit)
    return tl::unexpected(http_refusal(413, "the body of a request has at most 128 KiB"));
  if (failed || !parser.is_header_done())
    return tl::unexpected(http_refusal(400, "this is not an HTTP/1.1 request"));
  const auto& message = parser.get();
  if (message.version() == 11 && message.count(http::field::host) != 1)
    return tl::unexpected(http_refusal(400, "a request of HTTP/1.1 names one host"));
  if (message.count(http::field::transfer_encoding) > 0)
    return tl::unexpected(http_refusal(411, "a body comes with its length in front"));
  head made;
  if (auto expect = message.find(http::field::expect); expect != message.end()) {
    if (!boost::beast::iequals(expect->value(), "100-continue"))
      return tl::unexpected(http_refusal(417, "this service knows 100-continue only"));
    made.expects_continue = message.version() == 11;
  }
  made.request.method = text(message.method_string());
  made.request.target = path_of(text(message.target()));
  made.request.keep_alive = message.keep_alive();
  auto length = parser.content_length();
  made.body_octets = length ? static_cast<std::size_t>(*length) : 0;
  return made;
}

bool http_frames::owes_continue() {
  return head_ && pending_.size() < head_->body_octets && std::exchange(head_->expects_continue, false);
}

mono_time http_frames::deadline() const {
  bool idle = pending_.empty() && !head_;
  return since_ + (idle ? http_limits::idle_deadline : http_limits::request_deadline);
}

// -- responses ---------------------------------------------------------------------------------------------

bytes http_octets(const http_response& response, bool keep_alive, bool with_body, wall_time now) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head += reason_of(response.status);
  head += "\r\nDate: " + http_date(now);
  head += "\r\nContent-Type: " + response.content_type;
  head += "\r\nContent-Length: " + std::to_string(response.body.size());
  head += "\r\nX-Content-Type-Options: nosniff";
  if (!response.cache_control.empty()) head += "\r\nCache-Control: " + response.cache_control;
  if (!response.allow.empty()) head += "\r\nAllow: " + response.allow;
  if (!keep_alive) head += "\r\nConnection: close";
  head += head_end;
  bytes octets(head.begin(), head.end());
  if (with_body) append(octets, response.body);
  return octets;
}

} // namespace ppn
