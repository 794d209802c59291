#include "tests/scenario/scenario.hpp"

#include "sim/event_text.hpp"

namespace ppn::sim {

void story::on_event(std::uint32_t node, const moment& now, const node_event& what) {
  lines_.push_back(std::to_string(node) + ": " + text_of(what));
  if (auto* adopted = std::get_if<event::view_adopted>(&what)) pictures_[node] = *adopted;
  if (node != fleet.controller()) return;
  if (auto* moved = std::get_if<event::member_moved>(&what)) states_[moved->member] = moved->to;
  if (auto* changed = std::get_if<event::doubt_changed>(&what)) doubt = changed->doubt.active;
}

} // namespace ppn::sim
