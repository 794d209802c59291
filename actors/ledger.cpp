#include "actors/ledger.hpp"

#include "actors/deadline_queue.hpp"
#include "actors/ledger_files.hpp"
#include "actors/ledger_opening.hpp"
#include "messages/base/assert.hpp"
#include "messages/base/limits.hpp"
#include "storage/log/proof_file.hpp"

#include <caf/actor_system.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace ppn {

namespace {

// Between two looks at what is stored, and how much one look takes: about a fiftieth of a core.
constexpr milliseconds look_interval{250};
constexpr std::uint64_t look_octets = 1024 * 1024;
constexpr std::size_t read_octets_max = 4 * 1024 * 1024;

status read_leaves(const tree_log& tree, std::uint64_t from, std::size_t count,
                   std::vector<digest>& to) {
  while (to.size() < count) {
    std::uint64_t at = from + to.size();
    std::uint64_t first = at - at % log::tile_width;
    auto width = std::min<std::uint64_t>(log::tile_width, from + count - first);
    auto hashes = tree.tile(0, first / log::tile_width, static_cast<unsigned>(width));
    if (!hashes) return fail(hashes.error());
    to.insert(to.end(), hashes->begin() + static_cast<std::ptrdiff_t>(at - first), hashes->end());
  }
  return {};
}

struct ledger_state {
  static inline const char* name = "ledger";
  explicit ledger_state(ledger_actor::pointer ptr) : self(ptr) {}
  // What becomes of their orders nobody who asked can know: they ask again, with the same ids.
  ~ledger_state() {
    for (auto& [ticket, promise] : promises)
      promise.deliver(caf::make_error(caf::sec::request_receiver_down));
  }

  ledger_actor::behavior_type make_behavior(const ledger_options& options, const ports& given);
  caf::typed_response_promise<append_answer> on_append(const append_order& m);
  ledger_read_answer on_read(const ledger_read_query& m) const;
  ledger_proof_answer on_proof(const ledger_proof_query& m) const;
  ledger_tile_answer on_tile(const ledger_tile_query& m) const;
  ledger_state_answer on_state(const ledger_state_query& m) const;
  void on_wiring(const wiring& w);
  void on_page_query(const page_query& m);
  void on_page_offer(const page_offer& m);
  void on_copies(const copies_notice& m);
  void on_cosign_query(const cosign_query& m);
  void on_look_again();
  void on_tick();
  void finish(mono_time now);
  void tell_growth();
  std::shared_ptr<const ledger_roster> roster() const;
  std::shared_ptr<const std::vector<node_id>> evicted();

  ledger_actor::pointer self;
  std::optional<ports> world;
  ledger_setup setup;
  std::shared_ptr<ledger_core> core;
  wiring others;
  std::map<std::uint64_t, caf::typed_response_promise<append_answer>> promises;
  bool commit_sent = false;
  std::uint64_t told_size = 0;
  std::uint64_t told_moves = 0;
  std::uint64_t snapshot_at = 0;
  std::shared_ptr<const ledger_roster> told_roster;
  membership_ptr told_members;
  tick_timer timer;
};

ledger_actor::behavior_type ledger_state::make_behavior(const ledger_options& options,
                                                        const ports& given) {
  world.emplace(given);
  setup = options.setup;
  core = options.core;
  if (!setup.fleet) core->on_surveyed();
  snapshot_at = core->size() + limits::snapshot_entries;
  self->delayed_send(self, look_interval, look_again{});
  return {[this](const append_order& m) { return on_append(m); },
          [this](commit_now) {
            commit_sent = false;
            auto now = world->time.monotonic();
            core->commit(world->time.wall(), now);
            finish(now);
          },
          [this](const ledger_read_query& m) { return on_read(m); },
          [this](ledger_report_query) { return ledger_report_answer{core->report()}; },
          [this](const ledger_proof_query& m) { return on_proof(m); },
          [this](const ledger_tile_query& m) { return on_tile(m); },
          [this](const ledger_state_query& m) { return on_state(m); },
          [this](const wiring& w) { on_wiring(w); },
          [this](const page_query& m) { on_page_query(m); },
          [this](const page_offer& m) { on_page_offer(m); },
          [this](const have_notice& m) {
            core->compare(m.from, m.have);
            finish(world->time.monotonic());
          },
          [this](const copies_notice& m) { on_copies(m); },
          [this](survey_notice) {
            core->on_surveyed();
            finish(world->time.monotonic());
          },
          [this](const accusation& m) {
            core->accuse(m.what);
            finish(world->time.monotonic());
          },
          [this](const cosign_query& m) { on_cosign_query(m); },
          [this](const cosigned_notice& m) { core->publish_cosigned(m.note); },
          [this](look_again) { on_look_again(); },
          [this](tick) { on_tick(); }};
}

void ledger_state::on_wiring(const wiring& w) {
  others = w;
  told_roster = nullptr; // whoever was restarted knows nothing
  told_members = nullptr;
  told_moves = 0;
  finish(world->time.monotonic());
  if (others.replica && setup.fleet)
    self->send(others.replica, page_outcome{setup.self, std::nullopt, core->have()});
}

caf::typed_response_promise<append_answer> ledger_state::on_append(const append_order& m) {
  auto promise = self->make_response_promise<append_answer>();
  auto now = world->time.monotonic();
  auto ticket = core->new_ticket();
  promises.emplace(ticket, promise);
  core->submit(ticket, m.order, now);
  finish(now);
  return promise;
}

ledger_read_answer ledger_state::on_read(const ledger_read_query& m) const {
  ledger_read_answer out;
  out.size = core->size();
  std::uint64_t to = std::min(out.size, m.from + std::min<std::uint64_t>(m.most, out.size));
  if (m.from >= to) return out;
  std::size_t octets = 0;
  auto read = core->book().entries().iterate(m.from, to, [&](std::uint64_t, bytes_view entry) {
    octets += entry.size();
    if (octets > read_octets_max && !out.entries.empty()) return false;
    out.entries.emplace_back(entry.begin(), entry.end());
    return true;
  });
  if (read) read = read_leaves(core->book().tree(), m.from, out.entries.size(), out.leaves);
  if (!read)
    out.refused = error{read.error().code, "entry " + std::to_string(m.from + out.entries.size()) +
                                             " cannot be read: " + read.error().text};
  return out;
}

ledger_proof_answer ledger_state::on_proof(const ledger_proof_query& m) const {
  ledger_proof_answer out;
  const ledger_book& book = core->book();
  auto hashes = book.tree().inclusion(m.index, book.size());
  if (!hashes) {
    out.refused = hashes.error();
    return out;
  }
  auto text = log::to_text(log::proof_file{std::nullopt, m.index, std::move(*hashes), book.note()});
  if (text)
    out.proof = std::move(*text);
  else
    out.refused = text.error();
  return out;
}

ledger_tile_answer ledger_state::on_tile(const ledger_tile_query& m) const {
  auto data = read_tile(core->book(), m);
  if (data) return {std::nullopt, std::move(*data)};
  return {data.error(), {}};
}

// A copy for somebody with a thread of its own: only when there is anything new in it.
ledger_state_answer ledger_state::on_state(const ledger_state_query& m) const {
  const fleet_state& state = core->fold().state();
  std::uint64_t changes = changes_of_registers(state);
  if (changes == m.known) return {changes, nullptr};
  return {changes, std::make_shared<const fleet_state>(state)};
}

void ledger_state::on_page_query(const page_query& m) {
  page_answer answer{m.to, std::nullopt, {}};
  auto page = core->page_for(m.have);
  if (page)
    answer.page = std::move(*page);
  else
    answer.refused = page.error();
  if (others.replica) self->send(others.replica, std::move(answer));
}

void ledger_state::on_page_offer(const page_offer& m) {
  auto now = world->time.monotonic();
  auto taken = core->take_page(m.from, std::get<ledger_page>(*m.page), now);
  page_outcome outcome{m.from, std::nullopt, core->have()};
  if (!taken) outcome.refused = taken.error();
  finish(now);
  if (others.replica) self->send(others.replica, std::move(outcome));
}

void ledger_state::on_copies(const copies_notice& m) {
  for (const auto& [member, held] : m.held) core->on_copy(member, held);
  core->on_reachable({m.reachable.begin(), m.reachable.end()});
  auto now = world->time.monotonic();
  core->advance(now);
  finish(now);
}

void ledger_state::on_cosign_query(const cosign_query& m) {
  if (others.replica && !core->failed())
    self->send(others.replica, cosign_body{m.witness, core->size(), core->book().note(),
                                           core->cosign_body(m.old_size)});
}

void ledger_state::on_look_again() {
  bool more = core->rehash_step(look_octets);
  finish(world->time.monotonic());
  if (more) self->delayed_send(self, look_interval, look_again{});
}

void ledger_state::on_tick() {
  auto now = world->time.monotonic();
  timer.fired(now);
  core->advance(now);
  finish(now);
}

std::shared_ptr<const ledger_roster> ledger_state::roster() const {
  ledger_roster made;
  made.origin = setup.origin;
  const fleet_state& state = core->fold().state();
  for (const writer_term& term : state.terms)
    made.terms.push_back({term.first_size, term.writer, term.key});
  for (const node_id& witness : state.witnesses)
    if (auto member = state.members.find(witness); member != state.members.end())
      made.witnesses.push_back({witness, member->second.keys.witness});
  made.trusted = core->trusted();
  if (told_roster && *told_roster == made) return told_roster;
  return std::make_shared<const ledger_roster>(std::move(made));
}

// Null when the vm-fleet actor knows already: entries about members are rare.
std::shared_ptr<const std::vector<node_id>> ledger_state::evicted() {
  const fleet_state& state = core->fold().state();
  auto counted = [&](const char* kind) {
    auto found = state.kinds.find(kind);
    return found == state.kinds.end() ? 0 : found->second;
  };
  std::uint64_t moves = 1 + counted("member-evicted") + counted("member-returned");
  if (std::exchange(told_moves, moves) == moves) return nullptr;
  auto out = std::make_shared<std::vector<node_id>>();
  for (const auto& [id, member] : state.members)
    if (member.evicted) out->push_back(id);
  return out;
}

void ledger_state::tell_growth() {
  auto now_roster = roster();
  if (core->size() == told_size && now_roster == told_roster) return;
  told_size = core->size();
  if (others.replica) self->send(others.replica, roster_notice{now_roster, told_size});
  if (others.witness && now_roster != told_roster)
    self->send(others.witness, roster_notice{now_roster, told_size});
  if (others.fleet) self->send(others.fleet, ledger_grown{told_size, evicted()});
  if (others.views) self->send(others.views, ledger_grown{told_size, nullptr});
  told_roster = now_roster;
  auto members = core->members();
  if (!members || members == told_members) return;
  told_members = members;
  self->send(others.node, membership_update{members});
}

// After everything that may have changed something: tell, answer, write what waits, set the timer.
void ledger_state::finish(mono_time now) {
  for (const node_event& what : std::exchange(core->events, {})) world->events.on(what);
  for (ledger_core::outcome& done : std::exchange(core->outcomes, {})) {
    auto at = promises.find(done.ticket);
    if (at == promises.end()) continue; // asked an earlier run of this actor
    at->second.deliver(append_answer{std::move(done.refused), done.index, done.size, done.degraded});
    promises.erase(at);
  }
  if (others.node && setup.fleet) tell_growth();
  if (setup.fleet && core->size() >= snapshot_at) {
    std::ignore = save_fold(world->ledgers->folds, *core); // costs a slower start at the worst
    snapshot_at = core->size() + limits::snapshot_entries;
  }
  if (core->commit_due() && !std::exchange(commit_sent, true)) self->send(self, commit_now{});
  if (auto delay = timer.arm(core->next_deadline(), now)) self->delayed_send(self, *delay, tick{});
}

ledger_actor::behavior_type ledger(ledger_actor::stateful_pointer<ledger_state> self,
                                   const ledger_options& options, const ports& world) {
  return self->state.make_behavior(options, world);
}

} // namespace

ledger_actor spawn_ledger(caf::actor_system& system, const ledger_options& options,
                          const ports& world) {
  if (options.own_thread) return system.spawn<caf::detached>(ledger, options, world);
  return system.spawn(ledger, options, world);
}

} // namespace ppn
