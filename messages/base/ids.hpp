// Strong identifiers. Two ids of different kinds never compare, mix or convert; none of them is a bare
// integer. All order by value, so that every iteration over them is the same on every machine.
#pragma once

#include "messages/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <cstring>
#include <functional>

namespace ppn {

template <class Tag, std::size_t Size>
struct octets_id {
  static constexpr std::size_t size = Size;
  std::array<octet, Size> octets{};

  auto operator<=>(const octets_id&) const = default;
  bool is_zero() const {
    return std::all_of(octets.begin(), octets.end(), [](octet value) { return value == 0; });
  }
  bytes_view view() const { return octets; }
  std::string hex() const { return to_hex(octets); }
  // What logs and tables show: enough to tell apart, short enough to read aloud.
  std::string brief() const { return hex().substr(0, 8); }

  static std::optional<octets_id> from(bytes_view data) {
    if (data.size() != Size) return std::nullopt;
    octets_id id;
    std::copy(data.begin(), data.end(), id.octets.begin());
    return id;
  }
  static std::optional<octets_id> from_hex_text(std::string_view text) {
    if (text.size() != 2 * Size) return std::nullopt;
    auto data = from_hex(text);
    return data ? from(*data) : std::nullopt;
  }
};

template <class Tag>
struct number_id {
  std::uint64_t value = 0;
  auto operator<=>(const number_id&) const = default;
  number_id next() const { return number_id{value + 1}; }
};

// A node is its fiduciary key: the Ed25519 public key made at its first boot.
using node_id = octets_id<struct node_id_tag, 32>;
using fleet_id = octets_id<struct fleet_id_tag, 16>;
// UUID of a guest: 128 random bits, never derived from a time (trap T7).
using guest_id = octets_id<struct guest_id_tag, 16>;
// The kernel's boot id: another one means the machine restarted.
using boot_id = octets_id<struct boot_id_tag, 16>;
using digest = octets_id<struct digest_tag, 32>;
using signature = octets_id<struct signature_tag, 64>;

// Fencing number of a role: an instruction under a lower term is refused.
using term_number = number_id<struct term_number_tag>;
using heartbeat_sequence = number_id<struct heartbeat_sequence_tag>;
// One run of one node's process; effects of an earlier incarnation are ignored.
using incarnation = number_id<struct incarnation_tag>;
// A listener or a connection inside the stream port of one node.
using connection_id = number_id<struct connection_id_tag>;

} // namespace ppn

template <class Tag, std::size_t Size>
struct std::hash<ppn::octets_id<Tag, Size>> {
  std::size_t operator()(const ppn::octets_id<Tag, Size>& id) const noexcept {
    std::size_t value;
    std::memcpy(&value, id.octets.data(), sizeof value);
    return value;
  }
};
template <class Tag>
struct std::hash<ppn::number_id<Tag>> {
  std::size_t operator()(ppn::number_id<Tag> id) const noexcept { return id.value; }
};
