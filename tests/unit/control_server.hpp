// A small server on a Unix socket for tests of the control client: it takes connections one after
// the other, reads one request frame of each and lets the test say what goes back, octet by octet.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/wire/codec.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace ppn::control_support {

// A folder of its own that goes away with the test.
class scratch_folder {
public:
  scratch_folder() {
    char pattern[] = "/tmp/ppn-cli-XXXXXX";
    BOOST_REQUIRE(::mkdtemp(pattern) != nullptr);
    path_ = pattern;
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return path_ + '/' + name; }
  const std::string& path() const { return path_; }

private:
  std::string path_;
};

inline bytes framed(bytes_view body) {
  bytes frame(4);
  store_le32(frame.data(), static_cast<std::uint32_t>(body.size()));
  append(frame, body);
  return frame;
}

inline bytes framed(const control_response& response) {
  return framed(wire::encode(response));
}

class control_server {
public:
  // Talks to one client after its request was read; the connection is closed when it returns.
  using behaviour = std::function<void(int connection, const control_request& request)>;

  explicit control_server(behaviour respond) : path_(folder_.file("control.sock")) {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path_.begin(), path_.end(), address.sun_path);
    BOOST_REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
                  0);
    BOOST_REQUIRE(::listen(listener_, 8) == 0);
    thread_ = std::thread([this, respond = std::move(respond)] { serve(respond); });
  }
  control_server(const control_server&) = delete;
  control_server& operator=(const control_server&) = delete;
  ~control_server() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  const std::string& path() const { return path_; }
  const scratch_folder& folder() const { return folder_; }

  // A server that sends these octets and nothing else.
  static behaviour sends(bytes data) {
    return [data = std::move(data)](int connection, const control_request&) {
      write(connection, data);
    };
  }

  // A server that answers one question after the other until the client has gone.
  static behaviour answers(std::function<control_response(const control_request&)> answer) {
    return [answer = std::move(answer)](int connection, const control_request& first) {
      write(connection, framed(answer(first)));
      while (auto request = read_request(connection)) write(connection, framed(answer(*request)));
    };
  }

  static void write(int connection, bytes_view data) {
    while (!data.empty()) {
      ssize_t sent = ::send(connection, data.data(), data.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      data = data.subspan(static_cast<std::size_t>(sent));
    }
  }

  // Returns when the client has gone.
  static void wait_for_close(int connection) {
    octet rest[64];
    while (::recv(connection, rest, sizeof rest, 0) > 0) {
    }
  }

private:
  static bool read(int connection, octet* to, std::size_t size) {
    return ::recv(connection, to, size, MSG_WAITALL) == static_cast<ssize_t>(size);
  }

  static std::optional<control_request> read_request(int connection) {
    octet prefix[4];
    if (!read(connection, prefix, sizeof prefix)) return std::nullopt;
    bytes body(load_le32(prefix));
    if (!read(connection, body.data(), body.size())) return std::nullopt;
    auto request = wire::decode_control_request(body);
    return request ? std::optional{*request} : std::nullopt;
  }

  void serve(const behaviour& respond) const {
    for (;;) {
      int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      if (auto request = read_request(connection)) respond(connection, *request);
      ::close(connection);
    }
  }

  scratch_folder folder_;
  std::string path_;
  int listener_ = -1;
  std::thread thread_;
};

} // namespace ppn::control_support
