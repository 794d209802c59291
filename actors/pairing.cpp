#include "actors/pairing.hpp"

#include "actors/deadline_queue.hpp"
#include "actors/pairing_frames.hpp"
#include "runtime/crypto/hash.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <map>

namespace ppn {

namespace {

constexpr std::string_view guess_cell = "pairing";

struct pairing_run {
  crypto::ceremony_machine machine;
  std::string from;
  pairing_frames frames;
};

// The guesses of the code that was typed last: what another process of this node has spent counts too.
bytes cell_value(const crypto::ceremony_code& code, const digest& tag) {
  bytes value(tag.octets.begin(), tag.octets.end());
  append(value, code.guesses().serialise());
  return value;
}

struct pairing_state {
  static inline const char* name = "pairing";
  explicit pairing_state(pairing_actor::pointer ptr) : self(ptr) {}

  pairing_actor::behavior_type make_behavior(const pairing_options& given,
                                             const std::shared_ptr<crypto::ceremony_code>& shared,
                                             const digest& tag, const pairing_world& ports);
  void open();
  void dial();
  void on_opened(const stream_opened& what);
  const char* why_refused(const std::string& from, mono_time now);
  void on_bytes(const stream_bytes& what);
  void on_closed(const stream_closed& what);
  void on_confirmed(const pairing_confirmed& what);
  void on_tick();
  void follow(connection_id id, crypto::ceremony_step step);
  void end_run(connection_id id);
  status keep_guesses();
  void finish(bool done, std::string_view why);
  void arm(mono_time now);
  bool types() const { return !options.typed.empty(); }

  pairing_actor::pointer self;
  std::optional<pairing_world> world;
  pairing_options options;
  std::shared_ptr<crypto::ceremony_code> code;
  digest code_tag;
  connection_id listener;
  connection_id dialing;
  std::map<connection_id, pairing_run> runs;
  std::optional<connection_id> chosen; // the run whose letters are shown
  std::map<std::string, mono_time> last_start;
  mono_time second_began;
  std::size_t starts = 0;
  std::optional<mono_time> dial_again;
  bool over = false;
  tick_timer timer;
};

pairing_actor::behavior_type
pairing_state::make_behavior(const pairing_options& given,
                             const std::shared_ptr<crypto::ceremony_code>& shared, const digest& tag,
                             const pairing_world& ports) {
  world.emplace(ports);
  options = given;
  code = shared;
  code_tag = tag;
  open();
  return {[this](const stream_opened& m) { on_opened(m); },
          [this](const stream_bytes& m) { on_bytes(m); },
          [this](const stream_closed& m) { on_closed(m); },
          [](const stream_writable&) {},
          [this](const pairing_confirmed& m) { on_confirmed(m); },
          [this](pairing_refused) {
            if (over) return;
            if (chosen) follow(*chosen, runs.at(*chosen).machine.cancel(*code));
            finish(false, "the operator said no");
          },
          [this](tick) { on_tick(); }};
}

void pairing_state::open() {
  if (types()) {
    dial();
  } else {
    auto opened = world->network.listen(options.at, self);
    if (!opened) return finish(false, "cannot listen: " + opened.error().text);
    listener = *opened;
    world->screen.on_open(code->grouped(), options.at);
  }
  arm(world->time.monotonic());
}

void pairing_state::dial() {
  dial_again = std::nullopt;
  dialing = world->network.connect({}, options.at, self);
}

// -- connections -----------------------------------------------------------------------------------------

const char* pairing_state::why_refused(const std::string& from, mono_time now) {
  if (chosen || runs.size() >= pairing_limits::connections) return "busy";
  if (!address_within(from, options.from_address)) return "not an address that may try";
  auto same = std::count_if(runs.begin(), runs.end(),
                            [&](const auto& each) { return each.second.from == from; });
  if (static_cast<std::size_t>(same) >= pairing_limits::connections_per_address) return "too many at once";
  if (now >= second_began + seconds{1}) {
    second_began = now;
    starts = 0;
    if (last_start.size() > pairing_limits::addresses_remembered) last_start.clear();
  }
  auto at = last_start.find(from);
  if (at != last_start.end() && now < at->second + pairing_limits::between_starts_of_address)
    return "too fast";
  if (starts >= pairing_limits::starts_per_second) return "too many a second";
  return nullptr;
}

void pairing_state::on_opened(const stream_opened& what) {
  auto now = world->time.monotonic();
  if (over) return world->network.close(what.connection);
  if (!types()) {
    if (why_refused(what.peer.address, now) != nullptr) return world->network.close(what.connection);
    ++starts;
    last_start[what.peer.address] = now;
  }
  crypto::secret seed(crypto::ceremony_machine::entropy_size);
  world->random.fill(seed.span());
  auto side = types() ? crypto::ceremony_side::initiator : crypto::ceremony_side::responder;
  auto machine = crypto::ceremony_machine::make(side, options.self, std::move(seed), now);
  if (!machine) return world->network.close(what.connection);
  auto [at, added] = runs.emplace(
    what.connection, pairing_run{std::move(*machine), what.peer.address, pairing_frames{}});
  if (types()) follow(what.connection, at->second.machine.start(*code, now));
  arm(now);
}

void pairing_state::on_bytes(const stream_bytes& what) {
  auto at = runs.find(what.connection);
  if (over || at == runs.end()) return;
  const bool proven = at->second.machine.peer() != nullptr;
  if (!at->second.frames.take(what.data, proven)) {
    auto lost = at->second.machine.connection_lost(*code);
    return follow(what.connection, std::move(lost));
  }
  while (auto message = at->second.frames.next()) {
    follow(what.connection, at->second.machine.receive(*code, *message, world->time.monotonic()));
    at = runs.find(what.connection);
    if (over || at == runs.end()) return;
  }
  arm(world->time.monotonic());
}

void pairing_state::on_closed(const stream_closed& what) {
  if (over) return;
  if (what.connection == listener) return finish(false, "the port was lost: " + what.reason.text);
  auto at = runs.find(what.connection);
  if (at != runs.end()) return follow(what.connection, at->second.machine.connection_lost(*code));
  if (what.connection != dialing) return;
  auto now = world->time.monotonic();
  dial_again = now + pairing_limits::redial; // nobody there yet: no guess was spent
  arm(now);
}

// -- steps -----------------------------------------------------------------------------------------------

status pairing_state::keep_guesses() {
  if (!types()) return {}; // the code lives in this process only, and dies with it
  auto now = world->durable.get(guess_cell);
  if (!now) return fail(now.error());
  return world->durable.compare_and_set(guess_cell, now->version, cell_value(*code, code_tag));
}

void pairing_state::follow(connection_id id, crypto::ceremony_step step) {
  pairing_run& run = runs.at(id);
  if (step.guess != crypto::guess_event::none)
    if (status kept = keep_guesses(); !kept) return finish(false, kept.error().text);
  if (!step.send.empty()) world->network.write(id, pairing_frames::framed(step.send));
  if (step.proven) {
    chosen = id;
    world->screen.on_compare(run.machine.sas(), *run.machine.peer(), run.from);
  }
  if (step.record) world->screen.on_record(*step.record);
  if (step.finished) end_run(id);
}

void pairing_state::end_run(connection_id id) {
  auto at = runs.find(id);
  const bool done = at->second.machine.stage() == crypto::ceremony_stage::done;
  const std::string from = at->second.from;
  const std::string why(crypto::to_string(at->second.machine.reason()));
  world->network.close(id);
  runs.erase(at);
  const bool was_chosen = chosen == id;
  const bool burned = code->guesses().burned();
  if (!done) world->screen.on_attempt(from, why, code->guesses().charges(), burned);
  // A code that was right once is used up; one that burned is dead; who types tries once a start.
  if (done || was_chosen || burned || types()) finish(done, done ? "done" : why);
}

void pairing_state::on_confirmed(const pairing_confirmed& what) {
  if (over || !chosen) return;
  auto now = world->time.monotonic();
  crypto::ceremony_machine& machine = runs.at(*chosen).machine;
  if (options.self.role == crypto::ceremony_role::node && !what.record.empty()) {
    auto step = machine.acknowledge(*code, what.record, now);
    if (!step) return finish(false, step.error().text);
    return follow(*chosen, std::move(*step));
  }
  auto confirmed = machine.confirm(*code, now);
  if (!confirmed) return finish(false, confirmed.error().text);
  follow(*chosen, std::move(*confirmed));
  if (over || options.self.role != crypto::ceremony_role::fleet) return arm(now);
  auto step = runs.at(*chosen).machine.enrol(*code, what.record, now);
  if (!step) return finish(false, step.error().text);
  follow(*chosen, std::move(*step));
  if (!over) arm(now);
}

// -- time ------------------------------------------------------------------------------------------------

void pairing_state::on_tick() {
  auto now = world->time.monotonic();
  timer.fired(now);
  if (over) return;
  if (dial_again && *dial_again <= now) dial();
  std::vector<connection_id> due;
  for (const auto& [id, run] : runs)
    if (run.machine.deadline(*code) <= now) due.push_back(id);
  for (connection_id id : due) {
    auto at = runs.find(id);
    if (at != runs.end()) follow(id, at->second.machine.tick(*code, now));
    if (over) return;
  }
  code->expire(now);
  if (code->expires() <= now) return finish(false, "the code's time is over");
  arm(now);
}

void pairing_state::arm(mono_time now) {
  if (over) return;
  mono_time next = code->expires();
  if (dial_again) next = std::min(next, *dial_again);
  for (const auto& [id, run] : runs) next = std::min(next, run.machine.deadline(*code));
  if (auto delay = timer.arm(next, now)) self->delayed_send(self, *delay, tick{});
}

// The one way out: nothing is left to talk to.
void pairing_state::finish(bool done, std::string_view why) {
  if (std::exchange(over, true)) return;
  if (listener != connection_id{}) world->network.close(listener);
  for (const auto& [id, run] : runs) world->network.close(id);
  const std::string reason(why);
  runs.clear();
  code.reset();
  world->screen.on_end(done, reason);
  self->quit();
}

pairing_actor::behavior_type pairing(pairing_actor::stateful_pointer<pairing_state> self,
                                     const pairing_options& options,
                                     const std::shared_ptr<crypto::ceremony_code>& code,
                                     const digest& tag, const pairing_world& world) {
  return self->state.make_behavior(options, code, tag, world);
}

result<crypto::ceremony_code> make_code(const pairing_options& options, const pairing_world& world,
                                        digest& tag) {
  const mono_time expires = world.time.monotonic() + crypto::ceremony_window;
  if (options.typed.empty()) {
    crypto::secret random(crypto::crockford::code_size);
    world.random.fill(random.span());
    return crypto::ceremony_code::shown(
      std::span<const octet, crypto::crockford::code_size>(random.data(), random.size()), expires);
  }
  auto fresh = crypto::ceremony_code::typed(options.typed, expires);
  if (!fresh) return fresh;
  tag = crypto::sha256(fresh->symbols());
  auto kept = world.durable.get(guess_cell);
  if (!kept) return fail(kept.error());
  const bytes_view value(kept->value);
  if (value.size() <= digest::size || !std::equal(tag.octets.begin(), tag.octets.end(), value.begin()))
    return fresh;
  auto spent = crypto::guess_limiter::parse(value.subspan(digest::size));
  if (!spent || !spent->may_try())
    return fail(ec::refused, "this code was tried too often or is used up: ask for another one");
  return crypto::ceremony_code::typed(options.typed, expires, *spent);
}

} // namespace

result<pairing_actor> spawn_pairing(caf::actor_system& system, const pairing_options& options,
                                    const pairing_world& world) {
  digest tag;
  auto code = make_code(options, world, tag);
  if (!code) return fail(code.error());
  auto shared = std::make_shared<crypto::ceremony_code>(std::move(*code));
  return system.spawn(pairing, options, shared, tag, world);
}

} // namespace ppn
