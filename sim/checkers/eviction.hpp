// INV-3: no eviction without more than 30 s of silence, no silence of more than 31 s without eviction,
// by the controller's own monotonic clock at receipt; and whoever is heard is back.
//
// Receipt is taken from the link layer's word that a message was authenticated, not from the detector
// under test. While the controller is frozen nothing is silence: a freeze that must have run over a
// deadline has to be left out of it, and may be over-forgiven by one quiet stretch of the detector.
#pragma once

#include "sim/checker.hpp"

#include <map>
#include <unordered_map>

namespace ppn::sim {

struct eviction_counts {
  std::uint64_t suspects = 0;
  std::uint64_t evictions = 0;
  std::uint64_t returns = 0;
  std::uint64_t false_evictions = 0;
  std::uint64_t missed_evictions = 0;
  std::uint64_t doubts = 0;
  std::uint64_t sleeps = 0;
};

class eviction_checker final : public checker {
public:
  eviction_checker(std::uint32_t controller, const std::vector<node_id>& members,
                   violation_list& found);

  void on_started(std::uint32_t node, const moment& now) override;
  void on_killed(std::uint32_t node, const moment& now) override;
  void on_frozen(std::uint32_t node, const moment& now, nanoseconds length) override;
  void on_thawed(std::uint32_t node, const moment& now) override;
  void on_event(std::uint32_t node, const moment& now, const node_event& what) override;
  void on_end(const moment& controller_now) override;

  void count(counters& into) const override;
  const eviction_counts& counts() const { return counts_; }

private:
  struct history {
    mono_time heard;
    mono_time heard_before; // a receipt and a deadline of one instant may be handled in either order
    bool evicted = false;
    bool owed_return = false; // heard while evicted, not yet back
  };
  struct freeze {
    mono_time from;
    nanoseconds length;
  };

  void on_heard(const moment& now, const node_id& from);
  void on_moved(const moment& now, const event::member_moved& moved);
  void on_evicted(const moment& now, history& member, const node_id& id);
  void require_evicted_in_time(const moment& now, const history& member, const node_id& id);
  // Silence without the freezes that must have run over a deadline: never more than the truth allows.
  static mono_time last_heard(const history& member, mono_time now) {
    return member.heard == now ? member.heard_before : member.heard;
  }
  nanoseconds awake_silence(const history& member, mono_time now) const;
  // Silence that no forgiveness explains.
  nanoseconds certain_silence(const history& member, mono_time now) const;
  void report(const moment& now, const node_id& id, std::string text);

  std::uint32_t controller_;
  violation_list& found_;
  bool running_ = false;
  bool doubt_ = false;
  std::map<node_id, history> members_;
  std::vector<freeze> freezes_; // since the controller started
  eviction_counts counts_;
};

} // namespace ppn::sim
