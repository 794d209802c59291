#include "sim/checkers/ledger.hpp"

#include "sim/checkers/convergence.hpp"

#include <algorithm>

namespace ppn::sim {

void ledger_checker::on_event(std::uint32_t node, const moment& now, const node_event& what) {
  if (auto* e = std::get_if<event::ledger_committed>(&what)) return on_committed(node, now, *e);
  if (auto* e = std::get_if<event::ledger_acknowledged>(&what))
    return on_acknowledged(node, now, *e);
  if (auto* e = std::get_if<event::ledger_cosigned>(&what)) {
    ++counts_.cosigned;
    return require_root(node, now, "cosigns", logs_[std::string(e->origin)], e->size, e->root);
  }
  if (auto* e = std::get_if<event::ledger_accused>(&what))
    report("INV-5", node, now.at, "accuses an honest fleet: " + render(e->what));
  if (auto* e = std::get_if<event::witness_refused>(&what))
    report("INV-5", node, now.at, "refuses an honest checkpoint: " + e->why);
}

// The writer makes history, once; a copy repeats it.
void ledger_checker::on_committed(std::uint32_t node, const moment& now,
                                  const event::ledger_committed& e) {
  history& log = logs_[std::string(e.origin)];
  bool writes = e.part == ledger_part::writer;
  bool fleets = is_fleets(e.origin);
  // Entries may be told twice, when a crash made it unsure whether they were; never other ones.
  if (writes && (e.first > log.writer_size || e.size < log.writer_size))
    report("INV-10", node, now.at,
           "writes entries " + std::to_string(e.first) + " to " + std::to_string(e.size) +
             ", after " + std::to_string(log.writer_size) + " entries");
  for (std::size_t i = 0; i < e.leaves->size(); ++i) {
    std::uint64_t index = e.first + i;
    if (index < log.leaves.size()) {
      if (log.leaves[index] != (*e.leaves)[i])
        report("INV-10", node, now.at, "holds another entry " + std::to_string(index));
    } else if (writes && index == log.leaves.size()) {
      log.leaves.push_back((*e.leaves)[i]);
      log.right.append((*e.leaves)[i]);
      log.roots.push_back(log.right.root());
    } else {
      report("INV-10", node, now.at, "holds entry " + std::to_string(index) + " that nobody wrote");
    }
  }
  require_root(node, now, writes ? "signs" : "holds", log, e.size, e.root);
  if (writes) log.writer_size = e.size;
  ++(writes ? counts_.commits : counts_.copies);
  if (!fleets) return;
  held_[node] = e.size;
  if (writes) counts_.entries = e.size;
}

void ledger_checker::require_root(std::uint32_t node, const moment& now, const char* act,
                                  const history& of, std::uint64_t size, const digest& root) {
  if (size == 0 && root == log::empty_root()) return;
  if (size > of.roots.size())
    report("INV-5", node, now.at,
           std::string(act) + " " + std::to_string(size) + " entries of " +
             std::to_string(of.roots.size()));
  else if (of.roots[size - 1] != root)
    report("INV-5", node, now.at,
           std::string(act) + " another tree of " + std::to_string(size) + " entries");
}

void ledger_checker::on_acknowledged(std::uint32_t node, const moment& now,
                                     const event::ledger_acknowledged& e) {
  history& log = logs_[std::string(e.origin)];
  ++counts_.acknowledged;
  counts_.degraded += e.degraded;
  if (e.index >= log.writer_size)
    return report("INV-4", node, now.at,
                  "acknowledges entry " + std::to_string(e.index) + " that is not durable");
  log.acknowledged = std::max(log.acknowledged, e.index + 1);
  require_on_disk(node, now, is_fleets(e.origin), e.index + 1);
  if (e.degraded || e.policy == acknowledgement::local) return;
  auto holding = static_cast<std::size_t>(std::count_if(
    held_.begin(), held_.end(), [&](std::uint64_t size) { return size > e.index; }));
  bool enough = e.policy == acknowledgement::one ? holding > 1 : 2 * holding > held_.size();
  if (!enough)
    report("INV-4", node, now.at,
           "acknowledges entry " + std::to_string(e.index) + " that " + std::to_string(holding) +
             " of " + std::to_string(held_.size()) + " members hold");
}

void ledger_checker::require_on_disk(std::uint32_t node, const moment& now, bool fleets,
                                     std::uint64_t size) {
  if (!look_at_disk) return;
  ledger_on_disk there = look_at_disk(node, fleets);
  if (there.entries >= size && there.remembered >= size) return;
  report("INV-4", node, now.at,
         "acknowledges " + std::to_string(size) + " entries with " + std::to_string(there.entries) +
           " on its disk and " + std::to_string(there.remembered) + " in its cell");
}

const ledger_checker::truth& ledger_checker::truth_of(std::string_view origin) const {
  static const truth nothing;
  auto found = logs_.find(origin);
  return found == logs_.end() ? nothing : found->second;
}

bool ledger_checker::fully_copied() const {
  return std::all_of(held_.begin(), held_.end(),
                     [&](std::uint64_t size) { return size == counts_.entries; });
}

void ledger_checker::on_end(const moment& controller_now) {
  world_time at = controller_now.at;
  if (!calm_ || at < *calm_ + convergence_time) return;
  for (std::uint32_t node = 0; node < held_.size(); ++node)
    if (held_[node] + settling_entries < held_[controller_])
      report("INV-9", node, at,
             "holds " + std::to_string(held_[node]) + " of " + std::to_string(held_[controller_]) +
               " entries of the fleet's ledger");
}

void ledger_checker::count(counters& into) const {
  into.add("ledger.entries", counts_.entries);
  into.add("ledger.commits", counts_.commits);
  into.add("ledger.copies", counts_.copies);
  into.add("ledger.acknowledged", counts_.acknowledged);
  into.add("ledger.degraded", counts_.degraded);
  into.add("ledger.cosigned", counts_.cosigned);
}

void ledger_checker::pending(std::vector<std::string>& into) const {
  for (std::uint32_t node = 0; node < held_.size(); ++node)
    if (held_[node] < counts_.entries)
      into.push_back("node " + std::to_string(node) + " waits for " +
                     std::to_string(counts_.entries - held_[node]) + " entries of the fleet's ledger");
}

void ledger_checker::report(const char* rule, std::uint32_t node, world_time at, std::string text) {
  found_.add({rule, at, std::to_string(node), std::move(text)});
}

} // namespace ppn::sim
