#include "runtime/daemon/signals.hpp"

#include <caf/actor_cast.hpp>
#include <caf/monitorable_actor.hpp>

#include <csignal>
#include <unistd.h>

namespace ppn {

namespace {

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&set, number);
  return set;
}

} // namespace

void block_signals() {
  sigset_t set = watched_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

signal_word wait_for_signal() {
  sigset_t set = watched_signals();
  for (;;) {
    int number = 0;
    if (sigwait(&set, &number) != 0) continue;
    if (number == SIGHUP) return signal_word::reload;
    return number == SIGUSR1 ? signal_word::node_ended : signal_word::stop;
  }
}

void raise_when_ended(const node_actor& node) {
  auto* actor = static_cast<caf::monitorable_actor*>(caf::actor_cast<caf::abstract_actor*>(node));
  actor->attach_functor([] { kill(getpid(), SIGUSR1); });
}

void wait_until_node_ended() {
  while (wait_for_signal() != signal_word::node_ended) {
  }
}

} // namespace ppn
