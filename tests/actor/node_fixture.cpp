#include "tests/actor/node_fixture.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/local_actor.hpp>

namespace ppn::test {

namespace {

caf::local_actor* local(const caf::strong_actor_ptr& actor) {
  return static_cast<caf::local_actor*>(caf::actor_cast<caf::abstract_actor*>(actor));
}

bool ended(const caf::strong_actor_ptr& actor) {
  return local(actor)->getf(caf::abstract_actor::is_terminated_flag);
}

} // namespace

node_fixture::node_fixture() {
  config.set("scheduler.policy", caf::atom("testing"));
  config.set("logger.verbosity", caf::atom("quiet"));
  system = std::make_unique<caf::actor_system>(config);
  scheduler = dynamic_cast<caf::scheduler::test_coordinator*>(&system->scheduler());
  durable = std::move(*memory_cells::open(disk));
}

node_fixture::~node_fixture() {
  if (node) caf::anon_send(node, stop_node{});
  run();
  node = nullptr;
  network.listeners.clear();
  scheduler->clock().cancel_all();
  actors.clear();
}

membership_ptr node_fixture::members(octet controller) {
  auto record = std::make_shared<membership>();
  record->controller = id_of(controller);
  record->term = term_number{1};
  for (octet i = 1; i <= 3; ++i) {
    member_record member;
    member.id = id_of(i);
    member.name = "n" + std::to_string(i);
    member.address = "10.8.0." + std::to_string(i);
    member.port = 9203;
    record->members.push_back(member);
  }
  return record;
}

void node_fixture::start(octet self, octet controller) {
  keys.emplace(7, id_of(self));
  ports world{time, random, *keys, network, *durable, machine, guests, events, own_process, this};
  node_options options;
  options.self = id_of(self);
  options.name = "n" + std::to_string(self);
  options.version = "test";
  options.members = members(controller);
  options.control = stream_endpoint{"unix:/control", 0};
  options.owner_uid = 1000;
  auto started = start_node(*system, options, world);
  BOOST_REQUIRE(started.has_value());
  node = *started;
  run();
}

void node_fixture::run() {
  while (scheduler->try_run_once()) {
  }
}

void node_fixture::pass(nanoseconds length) {
  now += length;
  scheduler->advance_time(length);
  run();
}

caf::strong_actor_ptr node_fixture::child(const std::string& name) const {
  for (auto at = actors.rbegin(); at != actors.rend(); ++at)
    if (local(*at)->name() == name) return *at;
  return nullptr;
}

std::size_t node_fixture::alive(const std::string& name) const {
  return static_cast<std::size_t>(std::count_if(
    actors.begin(), actors.end(),
    [&](const auto& actor) { return !ended(actor) && local(actor)->name() == name; }));
}

void node_fixture::fail(const std::string& name) {
  caf::anon_send_exit(caf::actor_cast<caf::actor>(child(name)), caf::exit_reason::unhandled_exception);
  run();
}

} // namespace ppn::test
