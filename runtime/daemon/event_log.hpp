// The daemon's log: every event of the node as one line with a stable name, the node and ids; as text
// for people or as JSON for programs. Standard output, unbuffered by line: whoever collects it (the
// journal, a file) is not our business.
#pragma once

#include "runtime/config/config.hpp"
#include "runtime/ports/clock.hpp"
#include "runtime/ports/observer.hpp"

#include <cstdio>
#include <mutex>

namespace ppn {

// Lets a burst through in every window and counts the rest.
class flood_gate {
public:
  bool admit(mono_time now);
  std::uint64_t take_suppressed() { return std::exchange(suppressed_, 0); }

private:
  static constexpr std::uint64_t burst = 20;
  static constexpr seconds window_length{10};
  mono_time window_;
  std::uint64_t admitted_ = 0;
  std::uint64_t suppressed_ = 0;
};

class event_log final : public observer {
public:
  event_log(const clock& time, std::string node, std::FILE* out)
      : time_(time), node_(std::move(node)), out_(out) {}

  // Safe from any thread, also while events come in.
  void configure(const log_settings& settings);
  void use_names(membership_ptr members);

  void on(const node_event& what) override;
  // Lines that are the process's own, not its node's: "reload-refused", "stopping".
  void say(log_level level, std::string_view event, std::string_view key, std::string_view value);

private:
  void write(log_level level, std::string_view event, const std::string& fields);

  const clock& time_;
  std::string node_;
  std::FILE* out_;
  std::mutex mutex_;
  log_settings settings_;
  membership_ptr members_;
  flood_gate flood_;
};

} // namespace ppn
