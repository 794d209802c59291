// The process port of the daemon: reads the configuration anew and hands on what may change at once.
#pragma once

#include "runtime/config/config.hpp"
#include "runtime/daemon/event_log.hpp"
#include "runtime/ports/process.hpp"

#include <mutex>

namespace ppn {

class reloader final : public process {
public:
  reloader(std::string file, configuration now, event_log& log)
      : file_(std::move(file)), now_(std::move(now)), log_(log) {}

  // The node to tell; without one a reload only checks.
  void attach(const node_actor& node);
  void detach();
  // A signal and an operator may ask at once.
  result<reload_reply> reload() override;

private:
  status keep_until_restart(configuration& next) const;
  void tell_members();

  std::string file_;
  std::mutex mutex_;
  configuration now_;
  event_log& log_;
  node_actor node_;
};

} // namespace ppn
