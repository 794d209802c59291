#include "sim/swarm.hpp"

#include <array>

namespace ppn::sim {

namespace {

template <class T, std::size_t Size>
T one_of(random_source& random, const std::array<T, Size>& values) {
  return values[random.below(Size)];
}

void draw_network(fault_plan& plan, random_source& random) {
  network_faults& net = plan.network;
  net.delay_most = one_of<nanoseconds>(
    random, std::array<nanoseconds, 4>{microseconds{800}, milliseconds{5}, milliseconds{80},
                                       milliseconds{400}});
  net.loss_permille = one_of<std::uint32_t>(random, std::array<std::uint32_t, 4>{0, 0, 10, 150});
  net.tear_permille = one_of<std::uint32_t>(random, std::array<std::uint32_t, 3>{0, 20, 400});
  net.corrupt_permille = one_of<std::uint32_t>(random, std::array<std::uint32_t, 4>{0, 0, 1, 20});
  net.repeat_permille = one_of<std::uint32_t>(random, std::array<std::uint32_t, 4>{0, 0, 1, 20});
  net.swap_permille = one_of<std::uint32_t>(random, std::array<std::uint32_t, 4>{0, 0, 1, 20});
  net.cut_permille = one_of<std::uint32_t>(random, std::array<std::uint32_t, 4>{0, 0, 2, 30});
  plan.partition_every = one_of<nanoseconds>(
    random, std::array<nanoseconds, 4>{nanoseconds{0}, seconds{90}, minutes{5}, minutes{30}});
  plan.partition_most = one_of<nanoseconds>(
    random, std::array<nanoseconds, 3>{seconds{20}, seconds{60}, minutes{10}});
  plan.one_way = random.below(2) == 0;
}

void draw_nodes(fault_plan& plan, random_source& random) {
  plan.crash_every = one_of<nanoseconds>(
    random, std::array<nanoseconds, 4>{nanoseconds{0}, minutes{1}, minutes{6}, minutes{30}});
  plan.down_most = one_of<nanoseconds>(
    random, std::array<nanoseconds, 3>{seconds{5}, seconds{45}, minutes{5}});
  plan.power_permille = one_of<std::uint32_t>(random, std::array<std::uint32_t, 3>{0, 300, 1000});
  plan.freeze_every = one_of<nanoseconds>(
    random, std::array<nanoseconds, 4>{nanoseconds{0}, nanoseconds{0}, minutes{2}, minutes{10}});
  plan.freeze_most = one_of<nanoseconds>(
    random, std::array<nanoseconds, 3>{seconds{3}, seconds{40}, minutes{3}});
  plan.jump_every = one_of<nanoseconds>(
    random, std::array<nanoseconds, 3>{nanoseconds{0}, minutes{1}, minutes{10}});
  plan.drift_ppm_most = one_of<std::int64_t>(random, std::array<std::int64_t, 3>{0, 50, 5000});
  plan.disk_fault_permille =
    one_of<std::uint32_t>(random, std::array<std::uint32_t, 3>{0, 50, 400});
  plan.store_fault_every = one_of<nanoseconds>(
    random, std::array<nanoseconds, 3>{nanoseconds{0}, minutes{2}, minutes{15}});
  plan.older_folder_every = one_of<nanoseconds>(
    random, std::array<nanoseconds, 4>{nanoseconds{0}, nanoseconds{0}, minutes{10}, minutes{25}});
  // Either a disk forgets, or a folder does: of both together somebody must remember.
  if (plan.disk_fault_permille > 0) plan.older_folder_every = nanoseconds{0};
  plan.nodes_per_machine = one_of<std::uint32_t>(random, std::array<std::uint32_t, 3>{1, 1, 3});
}

} // namespace

fault_plan draw_faults(chaos_level level, random_source random) {
  fault_plan plan;
  if (level == chaos_level::none) return plan;
  draw_network(plan, random);
  if (level == chaos_level::all) draw_nodes(plan, random);
  return plan;
}

// Without faults nobody works either: an idle fleet is what its speed is measured by.
workload_plan draw_workload(chaos_level level, random_source random) {
  workload_plan plan;
  if (level == chaos_level::none) return plan;
  plan.order_every = one_of<nanoseconds>(
    random, std::array<nanoseconds, 4>{nanoseconds{0}, seconds{15}, minutes{1}, minutes{10}});
  plan.burst_most = one_of<std::uint32_t>(random, std::array<std::uint32_t, 3>{1, 3, 40});
  plan.authority_permille = one_of<std::uint32_t>(random, std::array<std::uint32_t, 3>{0, 200, 700});
  plan.stale_permille = one_of<std::uint32_t>(random, std::array<std::uint32_t, 3>{0, 100, 500});
  plan.forged_permille = one_of<std::uint32_t>(random, std::array<std::uint32_t, 3>{0, 100, 300});
  plan.twice_permille = one_of<std::uint32_t>(random, std::array<std::uint32_t, 3>{0, 100, 500});
  return plan;
}

} // namespace ppn::sim
