#include "actors/placement/tags.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>

namespace ppn::placement {

namespace {

std::optional<unsigned> unused_bit(const tag_mask& used) {
  for (unsigned bit = 0; bit < 64 * used.words.size(); ++bit)
    if ((used.words[bit / 64] >> (bit % 64) & 1) == 0) return bit;
  return std::nullopt;
}

} // namespace

tag tag_table::hold(std::string_view text) {
  auto at = by_name_.find(text);
  if (at != by_name_.end()) {
    ++tags_[at->second].holders;
    return at->second;
  }
  tag made = static_cast<tag>(tags_.size());
  if (unused_.empty()) {
    tags_.emplace_back();
  } else {
    made = unused_.back();
    unused_.pop_back();
  }
  known& entry = tags_[made];
  entry.name = by_name_.emplace(std::string{text}, made).first;
  entry.holders = 1;
  entry.bit = unused_bit(bits_);
  if (entry.bit) bits_.set(*entry.bit);
  return made;
}

void tag_table::drop(tag held) {
  known& entry = tags_[held];
  PPN_ASSERT(entry.holders > 0);
  if (--entry.holders > 0) return;
  if (entry.bit) bits_.words[*entry.bit / 64] &= ~(std::uint64_t{1} << (*entry.bit % 64));
  entry.bit.reset();
  by_name_.erase(entry.name);
  unused_.push_back(held);
}

std::optional<tag> tag_table::find(std::string_view text) const {
  auto at = by_name_.find(text);
  if (at == by_name_.end()) return std::nullopt;
  return at->second;
}

void tag_set::add(tag one) {
  auto at = std::lower_bound(held_.begin(), held_.end(), one,
                             [](const counted& a, tag b) { return a.one < b; });
  if (at != held_.end() && at->one == one)
    ++at->count;
  else
    held_.insert(at, counted{one, 1});
}

void tag_set::remove(tag one) {
  auto at = std::lower_bound(held_.begin(), held_.end(), one,
                             [](const counted& a, tag b) { return a.one < b; });
  PPN_ASSERT(at != held_.end() && at->one == one);
  if (--at->count == 0) held_.erase(at);
}

bool tag_set::has(tag one) const {
  auto at = std::lower_bound(held_.begin(), held_.end(), one,
                             [](const counted& a, tag b) { return a.one < b; });
  return at != held_.end() && at->one == one;
}

tag_mask tag_set::mask(const tag_table& table) const {
  tag_mask mask;
  for (const counted& each : held_)
    if (auto bit = table.bit_of(each.one)) mask.set(*bit);
  return mask;
}

} // namespace ppn::placement
