// What every maker of the host port promises: samples that make sense, and one boot id for as long
// as the machine runs.
#pragma once

#include "messages/base/limits.hpp"
#include "runtime/ports/host.hpp"
#include "tests/contract/contract.hpp"

#include <memory>
#include <set>

namespace contract {

using make_host = std::function<std::unique_ptr<ppn::host>()>;

inline void every_sample_makes_sense(ppn::host& subject) {
  for (int i = 0; i < 5; ++i) {
    auto taken = subject.sample();
    REQUIRE_OK(taken);
    BOOST_TEST(taken->ram_total > 0u);
    BOOST_TEST(taken->ram_available <= taken->ram_total);
    BOOST_TEST(taken->cpus > 0u);
    BOOST_TEST(taken->cpu_load_permille <= 1000u);
  }
}

inline void pools_are_named_bounded_and_promise_nothing(ppn::host& subject) {
  auto taken = subject.sample();
  REQUIRE_OK(taken);
  BOOST_TEST(taken->pools.size() <= ppn::limits::disk_pools);
  std::set<std::string> names;
  for (const ppn::disk_pool& pool : taken->pools) {
    BOOST_TEST(pool.total > 0u);
    BOOST_TEST(pool.free <= pool.total);
    BOOST_TEST(pool.committed == 0u);
    names.insert(pool.name);
  }
  BOOST_TEST(names.size() == taken->pools.size());
  BOOST_TEST(!names.contains(""));
}

inline void the_boot_id_stays(ppn::host& subject) {
  ppn::boot_id first = subject.boot();
  BOOST_TEST(!first.is_zero());
  REQUIRE_OK(subject.sample());
  BOOST_TEST((subject.boot() == first));
}

inline std::vector<named_case> host_cases(const make_host& make) {
  auto on_new = [&](const char* name, void (*run)(ppn::host&)) {
    return named_case{name, [make, run] { run(*make()); }};
  };
#define PPN_CASE(name) on_new(#name, name)
  return {
      PPN_CASE(every_sample_makes_sense),
      PPN_CASE(pools_are_named_bounded_and_promise_nothing),
      PPN_CASE(the_boot_id_stays),
      {"two_on_one_machine_agree_on_the_boot_id",
       [make] { BOOST_TEST((make()->boot() == make()->boot())); }},
  };
#undef PPN_CASE
}

} // namespace contract
