#include "sim/chaos.hpp"

namespace ppn::sim {

chaos::chaos(world& target, const fault_plan& plan, random_source random)
    : world_(target), plan_(plan), random_(random) {
  world_.net().faults = plan.network;
  world_.on_chaos = [this](std::uint64_t subject, std::uint32_t part) { on_event(subject, part); };
}

void chaos::begin() {
  for (node_index node = 0; node < world_.size(); ++node) {
    world_.node(node).time().set_wall_offset(hours{24 * 365 * 50});
    if (plan_.drift_ppm_most == 0) continue;
    ++counts_.drifts;
    world_.set_drift(node, random_.between(-plan_.drift_ppm_most, plan_.drift_ppm_most));
  }
  schedule(act::partition, plan_.partition_every);
  schedule(act::crash, plan_.crash_every);
  schedule(act::freeze, plan_.freeze_every);
  schedule(act::jump, plan_.jump_every);
}

void chaos::calm_at(world_time at) {
  world_.schedule_chaos(at, static_cast<std::uint64_t>(act::calm), 0);
}

// Anywhere around the mean: a fault that comes in step with the heartbeats sees only one phase of them.
void chaos::schedule(act what, nanoseconds mean) {
  if (mean == nanoseconds{0}) return;
  world_.schedule_chaos(world_.now() + random_.between(mean / 4, mean * 7 / 4),
                        static_cast<std::uint64_t>(what), 0);
}

void chaos::on_event(std::uint64_t subject, std::uint32_t part) {
  auto what = static_cast<act>(subject);
  if (calm_ && what != act::restart) return;
  switch (what) {
  case act::partition:
    cut();
    return schedule(act::partition, plan_.partition_every);
  case act::heal:
    world_.net().heal(part);
    partitions_.erase(part);
    return;
  case act::crash:
    crash();
    return schedule(act::crash, plan_.crash_every);
  case act::restart: return restart(part);
  case act::freeze:
    freeze();
    return schedule(act::freeze, plan_.freeze_every);
  case act::jump:
    jump();
    return schedule(act::jump, plan_.jump_every);
  case act::calm: return calm();
  }
}

void chaos::cut() {
  partition next;
  next.side.resize(world_.size());
  // One node alone half of the time, any split otherwise.
  if (random_.below(2) == 0)
    next.side[random_.below(world_.size())] = true;
  else
    for (std::size_t node = 0; node < next.side.size(); ++node) next.side[node] = random_.below(2) == 0;
  ++counts_.partitions;
  if (plan_.one_way && random_.below(2) == 0) {
    ++counts_.one_way_partitions;
    (random_.below(2) == 0 ? next.from_side : next.to_side) = false;
  }
  auto id = world_.net().add_partition(std::move(next));
  partitions_.insert(id);
  world_.note("world", "PARTITION " + std::to_string(id));
  world_.schedule_chaos(world_.now() + random_.between(plan_.partition_least, plan_.partition_most),
                        static_cast<std::uint64_t>(act::heal), static_cast<std::uint32_t>(id));
}

void chaos::crash() {
  auto node = static_cast<node_index>(random_.below(world_.size()));
  if (!random_.permille(plan_.power_permille)) return bring_down(node, false);
  ++counts_.power_losses;
  power_off(node);
}

// Nodes that share a machine share its power.
void chaos::power_off(node_index node) {
  std::uint32_t together = plan_.nodes_per_machine;
  node_index first = node / together * together;
  for (node_index other = first; other < first + together && other < world_.size(); ++other)
    bring_down(other, true);
}

void chaos::bring_down(node_index node, bool power_lost) {
  if (!world_.node(node).running()) return;
  ++counts_.crashes;
  memory_cell_disk& disk = world_.node(node).disk();
  // A disk that lies says "durable" and forgets it when the power goes.
  disk.withhold_syncs(random_.permille(plan_.disk_fault_permille));
  world_.kill(node, power_lost);
  world_.schedule_chaos(world_.now() + random_.between(plan_.down_least, plan_.down_most),
                        static_cast<std::uint64_t>(act::restart), node);
}

void chaos::restart(node_index node) {
  if (world_.node(node).running()) return;
  memory_cell_disk& disk = world_.node(node).disk();
  if (!calm_ && random_.permille(plan_.disk_fault_permille))
    disk.fail_next_set(random_.below(2) == 0 ? cell_fault::full : cell_fault::write_fails);
  if (world_.start(node)) {
    ++counts_.restarts;
    return;
  }
  // As a supervisor would: again, a little later.
  ++counts_.failed_starts;
  world_.schedule_chaos(world_.now() + seconds{2}, static_cast<std::uint64_t>(act::restart), node);
}

void chaos::freeze() {
  auto node = static_cast<node_index>(random_.below(world_.size()));
  if (!world_.node(node).running()) return;
  ++counts_.freezes;
  world_.freeze(node, random_.between(plan_.freeze_least, plan_.freeze_most));
}

void chaos::jump() {
  ++counts_.wall_jumps;
  auto node = static_cast<node_index>(random_.below(world_.size()));
  nanoseconds year = hours{24 * 365};
  world_.node(node).time().jump_wall(random_.between(-year, year));
}

void chaos::calm() {
  calm_ = true;
  world_.net().heal_all();
  world_.net().faults = network_faults{};
  for (node_index node = 0; node < world_.size(); ++node) {
    world_.node(node).disk().fail_next_set(cell_fault::none);
    world_.node(node).disk().withhold_syncs(false);
    world_.thaw(node);
    if (!world_.node(node).running()) restart(node);
  }
  world_.announce_calm();
}

} // namespace ppn::sim
