#include "sim/chaos.hpp"

namespace ppn::sim {

chaos::chaos(world& target, const fault_plan& plan, random_source random)
    : world_(target), plan_(plan), random_(random) {
  world_.net().faults = plan.network;
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
  schedule(act::older_folder, plan_.older_folder_every);
  schedule(act::store_fault, plan_.store_fault_every);
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

void chaos::on_event(std::uint32_t node, const moment& now, const node_event& what) {
  auto* state = std::get_if<event::ledger_state_changed>(&what);
  if (state != nullptr && state->state == "failed")
    world_.schedule_chaos(now.at, static_cast<std::uint64_t>(act::fail_stop), node);
}

void chaos::on_chaos(std::uint64_t subject, std::uint32_t part) {
  auto what = static_cast<act>(subject);
  if (calm_ && what != act::restart && what != act::fail_stop) return;
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
  case act::older_folder:
    older_folder();
    return schedule(act::older_folder, plan_.older_folder_every);
  case act::store_fault:
    store_fault();
    return schedule(act::store_fault, plan_.store_fault_every);
  case act::fail_stop:
    ++counts_.fail_stops;
    return bring_down(part, false);
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
  lie(node, random_.permille(plan_.disk_fault_permille));
  world_.kill(node, power_lost);
  world_.schedule_chaos(world_.now() + random_.between(plan_.down_least, plan_.down_most),
                        static_cast<std::uint64_t>(act::restart), node);
}

// A disk that lies says "durable" and forgets it when the power goes. What only one disk holds is spared,
// because nobody can promise anything about it: the writer's ledger, and each node's own.
void chaos::lie(node_index node, bool yes) {
  node_disk& disk = world_.node(node).disk();
  bool writer = node == world_.controller();
  disk.cells.withhold_syncs(yes && !writer);
  disk.fleet_ledger.withhold_syncs(yes && !writer);
  disk.folds.withhold_syncs(yes);
}

void chaos::restart(node_index node) {
  if (world_.node(node).running()) return;
  memory_cell_disk& disk = world_.node(node).disk().cells;
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

// First a copy is put aside; a later time it takes the place of the folder.
void chaos::older_folder() {
  node_index node = world_.controller();
  if (!kept_folder_) {
    kept_folder_ = world_.node(node).disk();
    return;
  }
  if (!world_.node(node).running() || !fully_copied()) return;
  ++counts_.older_folders;
  bring_down(node, false);
  world_.note(world_.node(node).who().name, "OLDER FOLDER");
  world_.node(node).replace_disk(*kept_folder_);
  kept_folder_.reset();
}

void chaos::store_fault() {
  ++counts_.store_faults;
  node_disk& disk = world_.node(static_cast<node_index>(random_.below(world_.size()))).disk();
  memory_disk& which = random_.below(4) == 0 ? disk.own_ledger : disk.fleet_ledger;
  switch (random_.below(3)) {
  case 0: return which.fail_next_append(append_fault::full);
  case 1: return which.fail_next_append(append_fault::write_fails);
  default: return which.fail_next_append(append_fault::sync_fails);
  }
}

void chaos::calm() {
  calm_ = true;
  world_.net().heal_all();
  world_.net().faults = network_faults{};
  for (node_index node = 0; node < world_.size(); ++node) {
    node_disk& disk = world_.node(node).disk();
    disk.cells.fail_next_set(cell_fault::none);
    disk.fleet_ledger.fail_next_append(append_fault::none);
    disk.own_ledger.fail_next_append(append_fault::none);
    lie(node, false);
    world_.thaw(node);
    if (!world_.node(node).running()) restart(node);
  }
  world_.announce_calm();
}

} // namespace ppn::sim
