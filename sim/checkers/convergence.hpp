// INV-9, today's part: a stated time after the last fault every node runs, every member is in the pool,
// the controller has no doubt, and every node holds the controller's picture as of a moment ago.
#pragma once

#include "sim/checker.hpp"

namespace ppn::sim {

// Redial, return, a flapping window, and room for the beats in between.
inline constexpr seconds convergence_time{120};

// A change of the picture reaches a member with the acknowledgement of its next beat.
inline constexpr seconds picture_time{25};

class convergence_checker final : public checker {
public:
  convergence_checker(std::uint32_t controller, std::size_t nodes, violation_list& found)
      : controller_(controller), nodes_(nodes), found_(found) {}

  void on_started(std::uint32_t node, const moment& now) override;
  void on_killed(std::uint32_t node, const moment& now) override;
  void on_event(std::uint32_t node, const moment& now, const node_event& what) override;
  void on_calm(world_time at) override { calm_ = at; }
  void on_end(const moment& controller_now) override;
  void pending(std::vector<std::string>& into) const override;

private:
  struct picture {
    bool running = false;
    std::optional<event::view_adopted> view;
  };
  struct published {
    world_time at;
    view_stamp stamp;
  };
  void report(world_time at, std::string node, std::string text);

  std::uint32_t controller_;
  std::vector<picture> nodes_;
  violation_list& found_;
  std::vector<published> history_; // what the controller's own host agent held, and since when
  std::optional<world_time> calm_;
};

} // namespace ppn::sim
