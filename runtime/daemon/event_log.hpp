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
  const clock& time_;
  std::string node_;
  std::FILE* out_;
  std::mutex mutex_;
  log_settings settings_;
  membership_ptr members_;
};

} // namespace ppn
