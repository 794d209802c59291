// What a node says about itself and what it knows of the fleet, as plain code: samples become
// heartbeats, pages of the controller's view become one picture.
#pragma once

#include "messages/base/limits.hpp"
#include "runtime/ports/host.hpp"
#include "runtime/ports/hypervisor.hpp"
#include "runtime/ports/observer.hpp"

namespace ppn {

class vm_host_core {
public:
  // Sequences begin at the clock's milliseconds: an actor that was restarted while its link stayed up
  // goes on above where it was, so that its beats do not look like repeats.
  vm_host_core(const node_id& self, incarnation run, boot_id boot, node_offer offer,
               membership_ptr members, mono_time now)
      : self_(self), run_(run), boot_(boot), offer_(offer), members_(std::move(members)),
        sequence_{static_cast<std::uint64_t>(to_milliseconds(now.time_since_epoch()))} {}

  void set_membership(membership_ptr members);
  void set_offer(const node_offer& offer) { offer_ = offer; }
  const node_id& controller() const { return members_->controller; }

  heartbeat beat(const host_sample& machine, const std::vector<guest_fact>& guests, wall_time wall);

  // What to ask the controller next, if anything.
  std::optional<view_request> on_ack(const node_id& from, const heartbeat_ack& ack, mono_time now);
  std::optional<view_request> on_view(const node_id& from, const fleet_view& page, mono_time now);

  // The picture as of now; null before the first page.
  std::shared_ptr<const fleet_view> view(mono_time now) const;
  std::int64_t view_age_milliseconds(mono_time now) const;

  std::vector<node_event> events; // appended to; the caller publishes and clears

private:
  view_request ask(mono_time now);
  void merge(const fleet_view& page);

  node_id self_;
  incarnation run_;
  boot_id boot_;
  node_offer offer_;
  membership_ptr members_;
  heartbeat_sequence sequence_;
  std::vector<guest_fact> guests_; // of the last beat; their digest is made anew only when they differ
  std::optional<digest> inventory_;
  std::optional<fleet_view> view_;
  bool complete_ = false;
  mono_time confirmed_; // when the controller last said that this view is the newest
  mono_time adopted_;   // when the last page came
  std::optional<mono_time> asked_;
};

} // namespace ppn
