// A ledger that failed ends the process, after its log said why; nothing else does.
#include "runtime/daemon/fail_stop.hpp"

#include <boost/test/unit_test.hpp>

using namespace ppn;

namespace {

struct listener final : observer {
  void on(const node_event&) override { ++heard; }
  int heard = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(fail_stop_test)

BOOST_AUTO_TEST_CASE(only_a_failed_ledger_ends_the_process_and_the_log_hears_it_first) {
  listener log;
  int heard_before_the_end = -1;
  fail_stop events(log, [&] { heard_before_the_end = log.heard; });
  for (const char* state : {"opened", "ready", "read only", "asking members"})
    events.on(event::ledger_state_changed{"ppn/x", state, "no-space: full"});
  events.on(event::node_stopped{});
  BOOST_TEST((log.heard == 5 && heard_before_the_end == -1));
  events.on(event::ledger_state_changed{"ppn/x", "failed", "io-failed: the disk"});
  BOOST_TEST(heard_before_the_end == 6);
}

BOOST_AUTO_TEST_SUITE_END()
