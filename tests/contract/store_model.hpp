// What a store has to hold after some batches, as plain lists, and the whole of a store read back
// and compared with that.
#pragma once

#include "storage/store.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace contract {

using ppn::bytes;
using ppn::bytes_view;
using ppn::kept_head;
using ppn::store;
using ppn::store_batch;
using ppn::store_tile;

inline bytes record(std::uint64_t number, std::size_t size = 24) {
  bytes out(size, static_cast<ppn::octet>(number * 31 + 7));
  for (std::size_t i = 0; i < std::min<std::size_t>(8, size); ++i)
    out[i] = static_cast<ppn::octet>(number >> (8 * i));
  return out;
}

inline std::vector<bytes> records(std::uint64_t first, std::uint64_t count) {
  std::vector<bytes> out;
  for (std::uint64_t i = 0; i < count; ++i)
    out.push_back(record(first + i));
  return out;
}

struct store_model {
  std::vector<bytes> records;
  std::map<std::pair<std::uint8_t, std::uint64_t>, bytes> tiles;
  bytes head;
  std::vector<kept_head> kept_heads;

  void add(const std::vector<bytes>& more) { add(store_batch{more, {}, {}, false}); }
  void add(const store_batch& batch) {
    records.insert(records.end(), batch.records.begin(), batch.records.end());
    for (const store_tile& tile : batch.tiles)
      tiles[{tile.level, tile.index}] = tile.data;
    if (!batch.head.empty()) head = batch.head;
    if (batch.keep_head) kept_heads.push_back({records.size(), batch.head});
  }

  // A batch of everything that fits behind what is there; the same one each time it is asked for.
  store_batch next_batch(std::size_t record_octets = 24) const {
    const std::uint64_t from = records.size();
    store_batch batch;
    for (std::uint64_t i = 0; i < 1 + from % 3; ++i)
      batch.records.push_back(record(from + i, record_octets));
    batch.tiles.push_back({0, from, record(from, 32)});
    if (from % 2 == 0) batch.tiles.push_back({1, from, record(from + 1, 64)});
    if (from % 5 != 4) batch.head = record(from + 2, 50);
    batch.keep_head = from % 5 < 2;
    return batch;
  }
};

inline ppn::result<std::vector<bytes>> records_of(const store& from) {
  std::vector<bytes> out;
  ppn::status read = from.iterate(0, from.length(), [&](std::uint64_t index, bytes_view data) {
    if (index == out.size()) out.emplace_back(data.begin(), data.end());
    return true;
  });
  if (!read) return ppn::fail(read.error());
  return out;
}

// An error of `found`, if it is one; otherwise what differs, if anything does.
template <class Value>
ppn::result<std::string> compared(const ppn::result<Value>& found, const Value& expected,
                                  const std::string& what) {
  if (!found) return ppn::fail(found.error());
  return *found == expected ? std::string() : what + " differs; ";
}

// The first error that reading all of it meets, or in words how it differs from the model: empty
// when it does not. Reads each record twice, in the two ways there are.
inline ppn::result<std::string> compare(const store& subject, const store_model& model) {
  std::vector<ppn::result<std::string>> found;
  if (subject.length() != model.records.size())
    found.push_back("length is " + std::to_string(subject.length()) + " instead of " +
                    std::to_string(model.records.size()) + "; ");
  found.push_back(compared(records_of(subject), model.records, "the sequence of records"));
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(subject.length(), model.records.size());
       ++i)
    found.push_back(compared(subject.read(i), model.records[i], "record " + std::to_string(i)));
  for (const auto& [name, data] : model.tiles)
    found.push_back(compared(subject.tile(name.first, name.second), data, "a tile"));
  found.push_back(compared(subject.head(), model.head, "the head"));
  found.push_back(
      compared(subject.kept_heads(0, ~std::size_t{0}), model.kept_heads, "a kept head"));
  std::string all;
  for (const auto& one : found) {
    if (!one) return ppn::fail(one.error());
    all += *one;
  }
  return all;
}

inline std::string differences(const store& subject, const store_model& model) {
  auto compared = compare(subject, model);
  return compared ? *compared : ppn::render(compared.error());
}

} // namespace contract
