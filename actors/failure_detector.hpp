// Who is alive, as plain code: receipts and `now` in, decisions out.
//
// A member that is heard is alive. After 15 s of silence it is suspect, after more than 30 s it leaves
// the pool, and the first word from it brings it back. All of it by this node's own monotonic clock at
// receipt; no timestamp of a sender is ever read (trap T1).
//
// Every member carries the same two time-outs, so members ordered by when they were last heard are
// also ordered by deadline: two lists, a receipt moves a member to a tail in O(1), and the next
// deadline is at a head.
//
// Two things can make silence a lie. If this process itself did not run, its deadlines were missed by
// more than a timer's lateness: then all of them shift. If many members fall silent together the fault
// is probably here: members are evicted all the same (the rule has no exception), but the consequences
// are held back until the doubt ends (docs/design/0002).
//
// INV-3: no eviction without more than 30 s of silence, no silence of more than 31 s without eviction.
#pragma once

#include "messages/base/ids.hpp"
#include "messages/base/limits.hpp"
#include "messages/fleet.hpp"

#include <list>
#include <unordered_map>
#include <vector>

namespace ppn {

namespace detection {

struct moved {
  node_id member;
  member_state from;
  member_state to;
  nanoseconds silence;
};
// A returned member has stayed for the whole flapping window.
struct settled {
  node_id member;
};
struct doubt_changed {
  self_doubt doubt;
};
struct slept {
  nanoseconds shift;
};
// The consequences of an eviction may be drawn now.
struct lost {
  node_id member;
};

} // namespace detection

using detection_effect = std::variant<detection::moved, detection::settled,
                                      detection::doubt_changed, detection::slept, detection::lost>;
using detection_effects = std::vector<detection_effect>;

class failure_detector {
public:
  // `self` is watched like everybody, but does not count when the controller doubts itself.
  failure_detector(const node_id& self, mono_time now) : self_(self), active_(now) {}

  // A new member counts as heard now. A member that is gone is forgotten.
  void set_members(const std::vector<node_id>& ids, mono_time now, detection_effects& out);
  // Unknown ids are ignored.
  void heard(const node_id& id, mono_time now, detection_effects& out);
  void advance(mono_time now, detection_effects& out);
  std::optional<mono_time> next_deadline() const;

  struct health {
    member_state state = member_state::expected;
    bool flapping = false;
    mono_time heard;
    nanoseconds transition_silence{0};
    std::uint64_t evictions = 0;
    std::uint64_t returns = 0;
  };
  const health* find(const node_id& id) const;
  const self_doubt& doubt() const { return doubt_; }
  // Our own bookkeeping; linear in the members, so only builds with expensive checks call it.
  void check_invariants() const;

private:
  struct entry;
  using order = std::list<entry*>; // by `heard`, or by `returned` for the flapping ones
  struct entry {
    node_id id;
    health now;
    mono_time returned;
    bool in_episode = false; // evicted while the controller doubted itself
    bool marked_lost = false;
    order::iterator place;          // in fresh_ or quiet_; gone_ otherwise
    order::iterator flapping_place; // in flapping_ while now.flapping
  };

  void wake(mono_time now, detection_effects& out);
  void shift_all(nanoseconds by);
  void expire_flapping(mono_time now, detection_effects& out);
  void expire_fresh(mono_time now, detection_effects& out);
  void expire_quiet(mono_time now, detection_effects& out);
  void begin_doubt_if_due(detection_effects& out);
  void review_doubt(detection_effects& out);
  void move_to(entry& member, member_state to, mono_time now, detection_effects& out);
  void stop_flapping(entry& member);
  order& list_of(member_state state);
  void forget(entry& member);
  std::uint32_t quiet_others() const;

  node_id self_;
  mono_time active_; // when this object was last called
  std::unordered_map<node_id, entry> members_;
  order fresh_;    // alive and expected
  order quiet_;    // suspect
  order gone_;     // evicted
  order flapping_; // alive, returned a short while ago
  std::uint32_t others_in_pool_ = 0;
  std::uint32_t episode_size_ = 0;
  self_doubt doubt_;
};

} // namespace ppn
