#include "tests/bench/ledger_bench_writers.hpp"

#include "actors/ledger.hpp"
#include "messages/wire/ledger_codec.hpp"
#include "runtime/adapters/memory_hypervisor.hpp"
#include "runtime/adapters/sodium_entropy.hpp"
#include "runtime/adapters/system_clock.hpp"
#include "tests/bench/ledger_bench_place.hpp"

#include <atomic>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <future>

namespace ppn::bench {

// -- orders ---------------------------------------------------------------------------------------

namespace {

ledger_order sample_order(std::size_t reason_octets) {
  ledger_order order;
  order.id.octets.fill(0xA5);
  order.who.key.octets[0] = 1;
  order.why = std::string(reason_octets, 'r');
  order.what = fact::noted{};
  return order;
}

std::size_t entry_size_of(const bytes& order) {
  return need(wire::encode_entry({term_number{1}, 1'700'000'000'000, {order, std::nullopt}}))
      .size();
}

} // namespace

order_maker::order_maker(std::uint64_t series) {
  for (std::size_t reason = 1; entry_size_ < entry_octets; ++reason) {
    octets_ = need(wire::encode_order(sample_order(reason)));
    entry_size_ = entry_size_of(octets_);
  }
  const order_id id = sample_order(0).id;
  auto at = std::search(octets_.begin(), octets_.end(), id.octets.begin(), id.octets.end());
  if (at == octets_.end()) give_up("an order without its id");
  id_at_ = static_cast<std::size_t>(at - octets_.begin());
  store_be64(&octets_[id_at_], series);
}

submitted_order order_maker::next() {
  store_be64(&octets_[id_at_ + 8], ++number_);
  return {octets_, std::nullopt};
}

// -- the world ------------------------------------------------------------------------------------

namespace {

class no_network final : public stream {
public:
  result<connection_id> listen(const stream_endpoint&, const stream_sink&) override {
    return fail(ec::unsupported, "no network");
  }
  connection_id connect(const stream_endpoint&, const stream_endpoint&,
                        const stream_sink&) override {
    return {};
  }
  bool write(connection_id, bytes&&) override { return true; }
  void close(connection_id) override {}
};

class no_machine final : public host {
public:
  result<host_sample> sample() override { return fail(ec::unsupported, "no machine"); }
  boot_id boot() override { return {}; }
};

class no_observer final : public observer {
public:
  void on(const node_event&) override {}
};

class no_process final : public process {
public:
  result<reload_reply> reload() override { return fail(ec::unsupported, "no process"); }
};

struct actor_world {
  actor_world() {
    config.set("scheduler.policy", caf::atom("sharing")); // as the daemon has it
    config.set("scheduler.max-threads", 2u);
    config.set("logger.verbosity", caf::atom("quiet"));
    system = std::make_unique<caf::actor_system>(config);
  }
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
};

// -- writers --------------------------------------------------------------------------------------

// One round. Actors only touch their own part of it, and the counter.
struct round_of_writers {
  struct one {
    std::vector<double> seconds;
    std::size_t refused = 0;
  };
  ledger_actor ledger;
  steady::time_point end;
  std::vector<one> writers;
  std::vector<order_maker> orders; // of the same place
  std::atomic<std::size_t> active;
  std::promise<void> done;
};
// Whoever is last to let go of it: a writer may still be in its last line when the round is over.
using round_ptr = std::shared_ptr<round_of_writers>;

void give_order(caf::event_based_actor* self, const round_ptr& round, std::size_t number) {
  const auto asked = steady::now();
  self->request(round->ledger, caf::infinite, append_order{round->orders[number].next()})
      .then([self, round, number, asked](const append_answer& answer) {
        round_of_writers::one& mine = round->writers[number];
        mine.seconds.push_back(seconds_since(asked));
        if (answer.refused) ++mine.refused;
        if (steady::now() < round->end) return give_order(self, round, number);
        self->quit();
        if (--round->active == 0) round->done.set_value();
      });
}

void run_writer(caf::event_based_actor* self, round_ptr round, std::size_t number) {
  give_order(self, round, number); // lives as long as it waits for an answer
}

} // namespace

// -- the ledger -----------------------------------------------------------------------------------

struct ledger_under_load::running {
  explicit running(const std::string& folder) : place(folder) {
    ports world{time, random, keys, network, *place.durable, machine, guests, events, process};
    ledger = spawn_ledger(*actors.system, {own_ledger(), make_core(place, keys), true}, world);
  }
  ~running() { caf::anon_send_exit(ledger, caf::exit_reason::user_shutdown); }

  ledger_place place;
  system_clock time;
  sodium_entropy random;
  ed25519_signer keys = make_signer();
  no_network network;
  no_machine machine;
  memory_hypervisor guests;
  no_observer events;
  no_process process;
  actor_world actors; // ends before the ports that its actors use
  ledger_actor ledger;
  std::uint64_t rounds = 0;
};

ledger_under_load::ledger_under_load(const std::string& folder)
    : folder_(folder), running_(std::make_unique<running>(folder)) {}

ledger_under_load::~ledger_under_load() = default;

void ledger_under_load::measure(series& into, std::size_t writers, double length) {
  auto round = std::make_shared<round_of_writers>();
  round->ledger = running_->ledger;
  round->writers.resize(writers);
  for (std::size_t i = 0; i < writers; ++i)
    round->orders.emplace_back(running_->rounds++);
  round->active = writers;
  const auto begun = steady::now();
  round->end =
      begun + std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(length));
  for (std::size_t i = 0; i < writers; ++i)
    running_->actors.system->spawn(run_writer, round, i);
  round->done.get_future().wait();
  const double taken = seconds_since(begun);
  std::size_t count = 0;
  for (const auto& one : round->writers) {
    if (one.refused != 0) give_up("the ledger refused an order");
    count += one.seconds.size();
    into.seconds.insert(into.seconds.end(), one.seconds.begin(), one.seconds.end());
  }
  into.rates.push_back(static_cast<double>(count) / taken);
  answered_ += count;
}

void ledger_under_load::check() {
  running_.reset();
  ledger_place again(folder_);
  if (again.book->size() != answered_) give_up("the ledger does not hold what it acknowledged");
  log::trust_policy trust{{make_log_key().key}, {}, 0};
  auto opened = log::open_checkpoint(view_of(again.book->note()), trust);
  if (!opened || opened->body.size != answered_) give_up("its checkpoint does not cover it");
  if (need(again.book->rehash(0, ~std::uint64_t{0})) != answered_) give_up("its entries changed");
}

} // namespace ppn::bench
