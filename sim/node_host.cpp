#include "sim/node_host.hpp"

#include "actors/ledger_opening.hpp"
#include "messages/base/assert.hpp"
#include "storage/ledger/book.hpp"

#include <caf/local_actor.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/send.hpp>

namespace ppn::sim {

namespace {

// Whoever forgot that clocks start anywhere would be wrong at once.
nanoseconds clock_origin(random_source& random) {
  return seconds{1} + random.between(nanoseconds{0}, nanoseconds{hours{24 * 30}});
}

std::unique_ptr<caf::actor_system_config> system_config() {
  auto config = std::make_unique<caf::actor_system_config>();
  config->set("scheduler.policy", caf::atom("testing"));
  config->set("logger.verbosity", caf::atom("quiet"));
  return config;
}

} // namespace

node_host::node_host(node_identity identity, const world_time& now, std::uint64_t world_secret,
                     random_source random)
    : identity_(std::move(identity)), random_(random.fork("node", identity_.index)),
      clock_(now, clock_origin(random_)), signer_(world_secret, identity_.id),
      machine_(random_.fork("machine")) {}

node_host::~node_host() {
  if (running()) kill(false);
}

void node_disk::crash() {
  cells.crash();
  fleet_ledger.crash();
  own_ledger.crash();
  folds.crash();
}

status node_host::open_disk() {
  auto cells = memory_cells::open(disk_.cells);
  if (!cells) return fail(cells.error());
  cells_ = std::move(*cells);
  auto fleet = memory_store::open(disk_.fleet_ledger);
  if (!fleet) return fail(fleet.error());
  fleet_ledger_ = std::move(*fleet);
  auto own = memory_store::open(disk_.own_ledger);
  if (!own) return fail(own.error());
  own_ledger_ = std::move(*own);
  auto folds = memory_snapshots::open(disk_.folds);
  if (!folds) return fail(folds.error());
  folds_ = std::move(*folds);
  ledgers_.emplace(ledger_places{*fleet_ledger_, *own_ledger_, *folds_});
  return {};
}

ledger_on_disk node_host::on_disk(bool fleets) const {
  ledger_on_disk found;
  found.entries = (fleets ? disk_.fleet_ledger : disk_.own_ledger).synced();
  if (!running()) return found;
  auto stored = cells_->get(fleets ? fleet_ledger_cell : own_ledger_cell);
  auto head = stored.and_then([](const cell& c) { return decode_book_head(c.value); });
  if (head) found.remembered = head->size;
  return found;
}

void node_host::close_disk() {
  ledgers_.reset();
  folds_.reset();
  own_ledger_.reset();
  fleet_ledger_.reset();
  cells_.reset();
}

status node_host::start(network& net, observer& events, const fleet_id& fleet,
                        const std::vector<bytes>& founding) {
  PPN_ASSERT(!running());
  if (status opened = open_disk(); !opened) {
    close_disk();
    return opened;
  }
  ++incarnation_;
  entropy_.emplace(random_.fork("entropy", incarnation_));
  stream_.emplace(net, place());
  config_ = system_config();
  system_ = std::make_unique<caf::actor_system>(*config_);
  scheduler_ = dynamic_cast<caf::scheduler::test_coordinator*>(&system_->scheduler());
  PPN_ASSERT(scheduler_ != nullptr);
  catch_up();
  ports world{clock_, *entropy_, signer_, *stream_, *cells_, machine_,
              guests_, events, process_, this, &*ledgers_};
  node_options options;
  options.self = identity_.id;
  options.name = identity_.name;
  options.version = "sim";
  options.fleet = fleet;
  options.founding = founding;
  auto started = start_node(*system_, options, world);
  if (started) {
    root_ = *started;
    return {};
  }
  kill(false);
  return fail(started.error());
}

// The order matters: actors end without their exit handlers, then let go of each other, then their
// timers and jobs go, and only then the system that all of them point to.
void node_host::kill(bool power_lost) {
  PPN_ASSERT(running());
  system_->await_actors_before_shutdown(false);
  for (const auto& actor : actors_) {
    auto* self = static_cast<caf::scheduled_actor*>(caf::actor_cast<caf::abstract_actor*>(actor));
    if (self->getf(caf::abstract_actor::is_terminated_flag)) continue;
    self->context(nullptr); // whoever ran it last is gone; what its end sends runs nowhere
    self->cleanup(caf::exit_reason::kill, nullptr);
    self->on_exit(); // destroys the state, and with it the handles that form cycles
  }
  scheduler_->clock().cancel_all();
  while (!scheduler_->jobs.empty()) {
    auto* job = scheduler_->jobs.front();
    scheduler_->jobs.pop_front();
    caf::intrusive_ptr_release(job);
  }
  root_ = nullptr;
  actors_.clear();
  scheduler_ = nullptr;
  system_.reset();
  config_.reset();
  stream_.reset();
  if (power_lost) {
    disk_.crash();
    machine_.boot_again();
  }
  close_disk();
}

void node_host::give(const submitted_order& order) {
  if (running()) caf::anon_send(root_, append_order{order});
}

void node_host::restore_ledger_from(const node_id& member) {
  if (running()) caf::anon_send(root_, restore_order{member});
}

void node_host::replace_disk(const node_disk& with) {
  PPN_ASSERT(!running());
  memory_disk own = disk_.own_ledger; // nobody has a copy of it: nothing could be promised
  disk_ = with;
  disk_.own_ledger = std::move(own);
  disk_.crash(); // whoever held it when it was copied does not hold the copy
}

void node_host::run_one(random_source& random) {
  auto& queue = scheduler_->jobs;
  if (queue.size() > 1) std::swap(queue.front(), queue[random.below(queue.size())]);
  scheduler_->try_run_once();
}

void node_host::catch_up() {
  auto& own = scheduler_->clock();
  own.current_time = caf::actor_clock::time_point{
    duration_cast<caf::actor_clock::duration_type>(clock_.monotonic().time_since_epoch())};
  own.advance_time(caf::timespan{0});
}

std::optional<mono_time> node_host::next_timer() const {
  const auto& schedule = scheduler_->clock().schedule();
  if (schedule.empty()) return std::nullopt;
  return mono_time{duration_cast<nanoseconds>(schedule.begin()->first.time_since_epoch())};
}

} // namespace ppn::sim
