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
    siginfo_t info{};
    int number = sigwaitinfo(&set, &info);
    if (number == SIGHUP) return signal_word::reload;
    if (number == SIGTERM || number == SIGINT) return signal_word::stop;
    // Only our own word counts for the end of the node.
    if (number == SIGUSR1 && info.si_pid == getpid()) return signal_word::node_ended;
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
