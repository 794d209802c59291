// What nodes have or have not as small numbers: labels, labels that a guest wants nowhere near,
// taken host ports. The most used ones are bits of a mask too, so that a whole group of nodes can
// be passed over at once.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ppn::placement {

using tag = std::uint32_t;

struct tag_mask {
  std::array<std::uint64_t, 2> words{};

  void set(unsigned bit) { words[bit / 64] |= std::uint64_t{1} << (bit % 64); }
  bool has_all(const tag_mask& other) const {
    return (words[0] & other.words[0]) == other.words[0] &&
           (words[1] & other.words[1]) == other.words[1];
  }
  bool has_any(const tag_mask& other) const {
    return (words[0] & other.words[0]) != 0 || (words[1] & other.words[1]) != 0;
  }
  void add(const tag_mask& other) {
    words[0] |= other.words[0];
    words[1] |= other.words[1];
  }
  void keep(const tag_mask& other) {
    words[0] &= other.words[0];
    words[1] &= other.words[1];
  }
  bool operator==(const tag_mask&) const = default;
};

// Numbers for texts, for as long as somebody holds them.
class tag_table {
public:
  tag hold(std::string_view text);
  void drop(tag held);
  std::optional<tag> find(std::string_view text) const;
  // A bit of its own, or none when those are used up.
  std::optional<unsigned> bit_of(tag held) const { return tags_[held].bit; }

private:
  struct known {
    std::map<std::string, tag, std::less<>>::iterator name;
    std::uint64_t holders = 0;
    std::optional<unsigned> bit;
  };
  std::map<std::string, tag, std::less<>> by_name_;
  std::vector<known> tags_;
  std::vector<tag> unused_;
  tag_mask bits_; // in use
};

// The tags of one node with the number of their holders there.
class tag_set {
public:
  void add(tag one);
  void remove(tag one);
  bool has(tag one) const;
  bool empty() const { return held_.empty(); }
  tag_mask mask(const tag_table& table) const;

private:
  struct counted {
    tag one;
    std::uint32_t count;
  };
  std::vector<counted> held_; // ordered
};

} // namespace ppn::placement
