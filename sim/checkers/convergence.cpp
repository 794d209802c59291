#include "sim/checkers/convergence.hpp"

namespace ppn::sim {

void convergence_checker::on_started(std::uint32_t node, const moment& now) {
  nodes_[node] = {true, std::nullopt};
}

void convergence_checker::on_killed(std::uint32_t node, const moment& now) {
  nodes_[node] = {false, std::nullopt};
}

void convergence_checker::on_event(std::uint32_t node, const moment& now, const node_event& what) {
  auto* adopted = std::get_if<event::view_adopted>(&what);
  if (adopted == nullptr) return;
  nodes_[node].view = *adopted;
  if (node != controller_) return;
  // Only the last picture that is old enough will be asked for.
  while (history_.size() > 1 && history_[1].at + picture_time < now.at) history_.erase(history_.begin());
  history_.push_back({now.at, adopted->stamp});
}

void convergence_checker::on_end(const moment& controller_now) {
  world_time at = controller_now.at;
  if (!calm_ || at < *calm_ + convergence_time) return;
  // The controller's own host agent is the reference: its picture comes without a network.
  if (history_.empty()) return report(at, std::to_string(controller_), "the controller has no picture");
  view_stamp wanted = history_.front().stamp;
  for (const published& one : history_)
    if (one.at + picture_time <= at) wanted = one.stamp;
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    auto name = std::to_string(node);
    if (!nodes_[node].running) {
      report(at, name, "does not run");
    } else if (!nodes_[node].view) {
      report(at, name, "has no picture of the fleet");
    } else if (nodes_[node].view->stamp.epoch != wanted.epoch ||
               nodes_[node].view->stamp < wanted) {
      report(at, name, "holds an older picture than the controller's");
    } else if (nodes_[node].view->in_pool != nodes_.size()) {
      report(at, name, "sees " + std::to_string(nodes_[node].view->in_pool) + " of " +
                         std::to_string(nodes_.size()) + " members in the pool");
    } else if (nodes_[node].view->doubt) {
      report(at, name, "still sees the controller doubt itself");
    }
  }
}

void convergence_checker::pending(std::vector<std::string>& into) const {
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    auto name = "node " + std::to_string(node);
    const picture& seen = nodes_[node];
    if (!seen.running)
      into.push_back(name + " does not run");
    else if (!seen.view)
      into.push_back(name + " waits for its first picture of the fleet");
    else if (seen.view->in_pool != nodes_.size())
      into.push_back(name + " waits to see " + std::to_string(nodes_.size() - seen.view->in_pool) +
                     " more members in the pool");
    else if (seen.view->doubt)
      into.push_back(name + " waits for the controller's doubt to end");
  }
}

void convergence_checker::report(world_time at, std::string node, std::string text) {
  found_.add({"INV-9", at, std::move(node), std::move(text)});
}

} // namespace ppn::sim
