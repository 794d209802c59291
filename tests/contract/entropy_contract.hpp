// What every maker of the entropy port promises: octets that look like chance, all of the buffer
// and nothing beside it.
#pragma once

#include "runtime/ports/entropy.hpp"
#include "tests/contract/contract.hpp"

#include <array>
#include <bit>
#include <memory>
#include <set>

namespace contract {

using make_entropy = std::function<std::unique_ptr<ppn::entropy>()>;

inline void a_buffer_is_filled_whole_and_nothing_beside_it(ppn::entropy& subject) {
  for (std::size_t size : {0, 1, 7, 8, 9, 31, 32, 33, 64, 1000}) {
    std::vector<bool> touched(size);
    for (int round = 0; round < 16; ++round) {
      ppn::bytes buffer(size + 16, 0xA5);
      subject.fill(std::span(buffer).subspan(8, size));
      for (std::size_t i = 0; i < size; ++i)
        touched[i] = touched[i] || buffer[8 + i] != 0xA5;
      for (std::size_t i = 0; i < 8; ++i)
        BOOST_TEST((buffer[i] == 0xA5 && buffer[8 + size + i] == 0xA5));
    }
    BOOST_TEST(std::count(touched.begin(), touched.end(), false) == 0);
  }
}

inline void numbers_do_not_repeat(ppn::entropy& subject) {
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 10'000; ++i)
    seen.insert(subject.number());
  BOOST_TEST(seen.size() == 10'000u);
}

inline void octets_are_spread_evenly(ppn::entropy& subject) {
  ppn::bytes data(256 * 1024);
  subject.fill(data);
  std::array<int, 256> counts{};
  int ones = 0;
  for (ppn::octet value : data) {
    ++counts[value];
    ones += std::popcount(value);
  }
  // 1,024 of each are expected, 32 is one standard deviation; seven of them never happen.
  auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  BOOST_TEST(*least > 800);
  BOOST_TEST(*most < 1248);
  BOOST_TEST(std::abs(ones - 4 * 256 * 1024) < 7 * 725);
}

inline std::vector<named_case> entropy_cases(const make_entropy& make) {
  auto on_new = [&](const char* name, void (*run)(ppn::entropy&)) {
    return named_case{name, [make, run] { run(*make()); }};
  };
  return {
      on_new("a_buffer_is_filled_whole_and_nothing_beside_it",
             a_buffer_is_filled_whole_and_nothing_beside_it),
      on_new("numbers_do_not_repeat", numbers_do_not_repeat),
      on_new("octets_are_spread_evenly", octets_are_spread_evenly),
  };
}

} // namespace contract
