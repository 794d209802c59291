#include "sim/world.hpp"

#include "messages/base/assert.hpp"
#include "messages/base/limits.hpp"
#include "sim/event_text.hpp"

#include <algorithm>

namespace ppn::sim {

namespace {

constexpr std::uint16_t link_port = 9203;

std::string address_of(node_index index) {
  return "10.8." + std::to_string(index / 250) + "." + std::to_string(1 + index % 250);
}

node_id id_of(random_source& random) {
  node_id id;
  for (std::size_t i = 0; i < id.octets.size(); i += 8) store_le64(id.octets.data() + i, random.next());
  return id;
}

} // namespace

class world::node_observer final : public observer {
public:
  node_observer(world& around, node_index node) : world_(around), node_(node) {}
  void on(const node_event& what) override { world_.on_node_event(node_, what); }

private:
  world& world_;
  node_index node_;
};

world::world(const world_options& options, trace& log)
    : options_(options), trace_(log), scheduling_(random_source{options.seed}.fork("scheduling")),
      network_(*this, events_, now_, log, random_source{options.seed}.fork("network")),
      dark_(options.nodes), asleep_until_(options.nodes), is_runnable_(options.nodes), wakes_(options.nodes) {
  random_source random = random_source{options.seed}.fork("fleet");
  build_fleet(random);
}

world::~world() {
  for (auto& host : nodes_)
    if (host->running()) {
      network_.node_died(host->place(), false);
      host->kill(false);
    }
}

void world::build_fleet(random_source& random) {
  auto record = std::make_shared<membership>();
  std::uint64_t secret = random.next();
  for (node_index index = 0; index < options_.nodes; ++index) {
    names_.push_back(index < options_.names.size() ? options_.names[index]
                                                    : "node-" + std::to_string(index));
    node_identity who{index, id_of(random), names_.back()};
    by_address_[address_of(index)] = index;
    member_record member;
    member.id = who.id;
    member.name = who.name;
    member.address = address_of(index);
    member.port = link_port;
    record->members.push_back(member);
    observers_.push_back(std::make_unique<node_observer>(*this, index));
    nodes_.push_back(
      std::make_unique<node_host>(std::move(who), now_, secret, random.fork("host")));
  }
  found(secret, record->members, random);
  record->controller = nodes_[options_.controller]->who().id;
  record->term = term_number{1};
  record->fleet = founding_.fleet;
  std::sort(record->members.begin(), record->members.end(),
            [](const member_record& a, const member_record& b) { return a.id < b.id; });
  members_ = record;
}

// As an operator would: one administrator, whose key signs who belongs to the fleet.
void world::found(std::uint64_t secret, const std::vector<member_record>& members,
                  random_source& random) {
  admin_.emplace(secret, id_of(random));
  founding_plan plan;
  plan.fleet_name = "simulated";
  plan.controller = nodes_[options_.controller]->who().id;
  for (const member_record& record : members) {
    signer& keys = nodes_[plan.members.size()]->keys();
    member_keys other{keys.key(key_role::log), keys.key(key_role::witness), {}};
    other.certificate = keys.sign(certified_keys_text(record.id, other));
    plan.members.push_back({record, other});
  }
  for (std::size_t i = 0; i < members.size() && plan.witnesses.size() < limits::witnesses; ++i)
    if (i != options_.controller) plan.witnesses.push_back(members[i].id);
  seeded_entropy entropy(random.fork("founding"));
  auto made = found_fleet(plan, admin_->identity(), entropy,
                          [&](bytes_view text) { return admin_->sign(text); });
  PPN_ASSERT(made.has_value());
  founding_ = std::move(*made);
}

moment world::moment_of(node_index node) const { return {now_, nodes_[node]->time().monotonic()}; }

void world::note(const std::string& who, const std::string& text) {
  if (trace_.writes()) trace_.line(now_, who, text);
}

// -- acts of the world ------------------------------------------------------------------------------------

status world::start(node_index node) {
  dark_[node] = false;
  trace_.record(trace::kind::chaos, now_, node, 1);
  for (checker* watcher : checkers_) watcher->on_started(node, moment_of(node));
  auto started = nodes_[node]->start(network_, *observers_[node], founding_.fleet, founding_.entries);
  if (started)
    runnable(node);
  else
    for (checker* watcher : checkers_) watcher->on_killed(node, moment_of(node));
  return started;
}

void world::kill(node_index node, bool power_lost) {
  trace_.record(trace::kind::chaos, now_, node, power_lost ? 3 : 2);
  note(nodes_[node]->who().name, power_lost ? "POWER LOST" : "KILLED");
  for (checker* watcher : checkers_) watcher->on_killed(node, moment_of(node));
  dark_[node] = power_lost;
  network_.node_died(nodes_[node]->place(), !power_lost);
  nodes_[node]->kill(power_lost);
  nodes_[node]->frozen_until = world_time{0};
  asleep_until_[node] = world_time{0};
}

void world::freeze(node_index node, nanoseconds length) {
  trace_.record(trace::kind::chaos, now_, node, 4);
  note(nodes_[node]->who().name, "FROZEN for " + std::to_string(to_milliseconds(length)) + " ms");
  node_host& host = *nodes_[node];
  auto thaw = std::max(host.frozen_until, now_ + length);
  auto own = host.time().at(thaw) - host.time().monotonic();
  for (checker* watcher : checkers_) watcher->on_frozen(node, moment_of(node), own);
  host.frozen_until = thaw;
}

// Ends a freeze early.
void world::thaw(node_index node) {
  node_host& host = *nodes_[node];
  asleep_until_[node] = world_time{0};
  if (host.frozen_until <= now_) return;
  host.frozen_until = now_;
  for (checker* watcher : checkers_) watcher->on_thawed(node, moment_of(node));
  if (host.running()) runnable(node);
}

void world::set_drift(node_index node, std::int64_t ppm) {
  nodes_[node]->time().set_drift(ppm);
  if (nodes_[node]->running()) schedule_wake(node);
}

void world::give(node_index node, const submitted_order& order) {
  nodes_[node]->give(order);
  if (nodes_[node]->running()) runnable(node);
}

void world::restore_ledger(node_index node, node_index from) {
  nodes_[node]->restore_ledger_from(nodes_[from]->who().id);
  if (nodes_[node]->running()) runnable(node);
}

void world::announce_calm() {
  note("world", "CALM");
  for (checker* watcher : checkers_) watcher->on_calm(now_);
}

// -- the loop ---------------------------------------------------------------------------------------------

void world::run_until(world_time end) {
  for (;;) {
    run_jobs();
    if (events_.empty() || events_.top().at > end) break;
    auto next = events_.pop();
    PPN_ASSERT(next.at >= now_);
    now_ = next.at;
    ++steps_;
    dispatch(next);
  }
  now_ = end;
}

void world::finish() {
  for (checker* watcher : checkers_) watcher->on_end(moment_of(options_.controller));
}

void world::run_jobs() {
  while (!runnable_.empty()) {
    std::size_t pick = runnable_.size() == 1 ? 0 : scheduling_.below(runnable_.size());
    node_index index = runnable_[pick];
    node_host& host = *nodes_[index];
    if (host.runnable()) {
      trace_.record(trace::kind::job, now_, index, host.jobs());
      host.run_one(scheduling_);
      ++steps_;
    }
    if (host.runnable()) continue;
    runnable_[pick] = runnable_.back();
    runnable_.pop_back();
    is_runnable_[index] = false;
    if (host.running()) schedule_wake(index);
  }
}

void world::runnable(node_index node) {
  if (is_runnable_[node]) return;
  if (auto thaw = nodes_[node]->frozen_until; thaw > now_) {
    wakes_[node].at = thaw;
    return events_.push(thaw, event_kind::wake, ++wakes_[node].generation, node);
  }
  is_runnable_[node] = true;
  runnable_.push_back(node);
  nodes_[node]->catch_up();
}

void world::dispatch(const scheduled_event& what) {
  switch (what.kind) {
  case event_kind::wake: return on_wake(what);
  case event_kind::arrive:
  case event_kind::dial:
  case event_kind::break_check: return network_.on_event(what);
  case event_kind::chaos:
    if (on_chaos) on_chaos(what.subject, what.part);
  }
}

void world::on_wake(const scheduled_event& what) {
  node_index index = what.part;
  node_host& host = *nodes_[index];
  if (what.subject != wakes_[index].generation || !host.running()) return;
  wakes_[index].at = world_time{-1};
  if (host.frozen_until > now_) return schedule_wake(index);
  trace_.record(trace::kind::wake, now_, index, 0);
  runnable(index);
}

void world::schedule_wake(node_index node) {
  node_host& host = *nodes_[node];
  auto due = host.next_timer();
  if (!due) return;
  auto at = std::max({host.time().when(*due), now_, host.frozen_until});
  wake& pending = wakes_[node];
  if (pending.at == at) return;
  pending.at = at;
  events_.push(at, event_kind::wake, ++pending.generation, node);
}

// -- what the nodes say, what the network asks ------------------------------------------------------------

void world::on_node_event(node_index node, const node_event& what) {
  trace_.record(trace::kind::event, now_, node, fingerprint(what));
  if (trace_.writes()) trace_.line(now_, nodes_[node]->who().name, text_of(what));
  for (checker* watcher : checkers_) watcher->on_event(node, moment_of(node), what);
}

bool world::alive(const stream_place& place) const {
  return nodes_[place.node]->running() && nodes_[place.node]->place() == place;
}

std::optional<node_index> world::node_at(const std::string& address) const {
  auto at = by_address_.find(address);
  if (at == by_address_.end()) return std::nullopt;
  return at->second;
}

} // namespace ppn::sim
