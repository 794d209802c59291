#include "actors/pairing_frames.hpp"

#include <algorithm>
#include <charconv>

namespace ppn {

namespace {

constexpr std::size_t head_octets = 4;

std::optional<std::uint32_t> ipv4_of(std::string_view text) {
  std::uint32_t address = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (text.empty() || text.front() != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    std::uint8_t value = 0;
    auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    address = address << 8 | value;
  }
  return text.empty() ? std::optional(address) : std::nullopt;
}

} // namespace

bool pairing_frames::take(bytes_view data, bool proven) {
  const std::size_t most = proven ? crypto::record_message_max : crypto::message_size_max;
  // A peer has at most two messages on their way.
  if (pending_.size() + data.size() > 2 * (most + head_octets)) return false;
  append(pending_, data);
  return pending_.size() < head_octets || load_le32(pending_.data()) <= most;
}

std::optional<bytes> pairing_frames::next() {
  if (pending_.size() < head_octets) return std::nullopt;
  const std::size_t size = load_le32(pending_.data());
  if (size > crypto::record_message_max || pending_.size() < head_octets + size) return std::nullopt;
  auto begin = pending_.begin() + head_octets;
  auto end = begin + static_cast<std::ptrdiff_t>(size);
  bytes message(begin, end);
  pending_.erase(pending_.begin(), end);
  return message;
}

bytes pairing_frames::framed(bytes_view message) {
  bytes frame(head_octets);
  store_le32(frame.data(), static_cast<std::uint32_t>(message.size()));
  append(frame, message);
  return frame;
}

// Of IPv6 only a whole address: a literal has one spelling by the time it is here.
bool address_within(const std::string& address, const std::string& where) {
  if (where.empty() || address == where) return true;
  const std::size_t slash = where.find('/');
  auto network = ipv4_of(std::string_view(where).substr(0, slash));
  auto one = ipv4_of(address);
  if (slash == std::string::npos || !network || !one) return false;
  unsigned bits = 0;
  const char* last = where.data() + where.size();
  auto [end, problem] = std::from_chars(where.data() + slash + 1, last, bits);
  if (problem != std::errc{} || end != last || bits > 32) return false;
  return bits == 0 || (*network ^ *one) >> (32 - bits) == 0;
}

} // namespace ppn
