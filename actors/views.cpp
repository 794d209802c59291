#include "actors/views.hpp"

#include "actors/deadline_queue.hpp"
#include "actors/views_core.hpp"
#include "messages/base/assert.hpp"

#include <caf/actor_system.hpp>
#include <caf/response_handle.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

namespace ppn {

namespace {

// Between two pieces of work: when all is written down, while there is more, and after a failure.
constexpr seconds idle_interval{1};
constexpr milliseconds busy_interval{250};
constexpr seconds retry_interval{10};
// The ledger may be waiting for its disk.
constexpr seconds ledger_patience{30};

struct views_state {
  static inline const char* name = "views";
  explicit views_state(views_actor::pointer ptr) : self(ptr) {}

  views_actor::behavior_type make_behavior(const views_options& options, const ports& given);
  void on_wiring(const wiring& w);
  void work();
  void on_entries(const views_core::range& asked, const ledger_read_answer& answer);
  void on_registers(const ledger_state_answer& answer);
  void settle(const status& done);
  void work_at(mono_time when);

  views_actor::pointer self;
  std::optional<ports> world;
  std::string origin;
  std::optional<views_core> core;
  ledger_actor ledger;
  std::uint64_t size = 0;     // of the ledger
  bool asking = false;        // an answer is on its way
  bool registers_due = true;  // the ledger grew since they were looked at
  bool failed = false;
  std::optional<mono_time> due;
  mono_time worked; // when the last piece was done
  tick_timer timer;
};

views_actor::behavior_type views_state::make_behavior(const views_options& options,
                                                      const ports& given) {
  PPN_ASSERT(given.ledgers != nullptr && given.ledgers->views != nullptr);
  world.emplace(given);
  origin = options.origin;
  core.emplace(origin, *given.ledgers->views);
  return {[this](const wiring& w) { on_wiring(w); },
          [this](const ledger_grown& m) {
            size = m.size;
            registers_due = true;
            if (!due && !asking) work_at(worked + idle_interval);
          },
          [this](tick) {
            auto now = world->time.monotonic();
            timer.fired(now);
            if (due && *due <= now) {
              due.reset();
              work();
            } else if (auto delay = timer.arm(due, now)) {
              self->delayed_send(self, *delay, tick{});
            }
          }};
}

// Whatever an earlier ledger actor was asked is not answered any more, or twice; neither does harm.
void views_state::on_wiring(const wiring& w) {
  if (ledger == w.ledger) return;
  ledger = w.ledger;
  asking = false;
  work_at(world->time.monotonic());
}

void views_state::work_at(mono_time when) {
  auto now = world->time.monotonic();
  due = when;
  if (auto delay = timer.arm(due, now)) self->delayed_send(self, *delay, tick{});
}

void views_state::work() {
  if (asking || !ledger) return;
  if (!core->is_open())
    if (status opened = core->open(); !opened) return settle(opened);
  auto wanted = core->next(size);
  bool whole = core->is_whole(size);
  if (whole && std::exchange(registers_due, false)) {
    asking = true;
    self->request(ledger, ledger_patience, ledger_state_query{core->registers()})
      .then([this](const ledger_state_answer& answer) { on_registers(answer); },
            [this](const caf::error&) { settle(fail(ec::timed_out, "the ledger did not answer")); });
  } else if (wanted) {
    asking = true;
    self->request(ledger, ledger_patience, ledger_read_query{wanted->from, wanted->most})
      .then([this, asked = *wanted](const ledger_read_answer& answer) { on_entries(asked, answer); },
            [this](const caf::error&) { settle(fail(ec::timed_out, "the ledger did not answer")); });
  }
}

void views_state::on_entries(const views_core::range& asked, const ledger_read_answer& answer) {
  size = std::max(size, answer.size);
  settle(answer.refused && answer.entries.empty() ? fail(*answer.refused)
                                                  : core->take(asked, answer.entries));
}

void views_state::on_registers(const ledger_state_answer& answer) {
  settle(answer.state ? core->write_registers(answer.changes, *answer.state) : status{});
}

// After each piece of work: what became of it is told when it is news, and the next piece is planned.
// That a disk can be read does not yet mean that the trouble is over.
void views_state::settle(const status& done) {
  asking = false;
  worked = world->time.monotonic();
  if (!done) {
    registers_due = true;
    if (!std::exchange(failed, true))
      world->events.on(event::ledger_state_changed{origin, "views failed", render(done.error())});
    return work_at(worked + retry_interval);
  }
  if (failed && core->is_whole(size) && !registers_due) {
    failed = false;
    world->events.on(event::ledger_state_changed{origin, "views kept", {}});
  }
  if (core->next(size))
    work_at(worked + busy_interval);
  else if (registers_due)
    work_at(worked + idle_interval);
}

views_actor::behavior_type views_behavior(views_actor::stateful_pointer<views_state> self,
                                          const views_options& options, const ports& world) {
  return self->state.make_behavior(options, world);
}

} // namespace

views_actor spawn_views(caf::actor_system& system, const views_options& options,
                        const ports& world) {
  if (options.own_thread) return system.spawn<caf::detached>(views_behavior, options, world);
  return system.spawn(views_behavior, options, world);
}

} // namespace ppn
