#include "actors/witness.hpp"

#include "actors/evidence.hpp"
#include "actors/replica_core.hpp"
#include "messages/base/assert.hpp"
#include "runtime/crypto/hash.hpp"
#include "storage/log/witness.hpp"

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace ppn {

namespace {

constexpr std::string_view cell_name = "witness";
constexpr std::string_view evidence_cell_name = "witness-evidence";
// Size, root, and behind them the note with our line: what the monitoring path shows.
constexpr std::size_t fixed_octets = 8 + digest::size;

struct witness_memory {
  std::uint64_t version = 0; // of the cell
  std::optional<log::witnessed_tree> tree;
  std::string note;
};

result<witness_memory> remembered_in(const cells& durable) {
  auto stored = durable.get(cell_name);
  if (!stored) return fail(stored.error());
  if (stored->version == 0) return witness_memory{};
  if (stored->value.size() < fixed_octets)
    return fail(ec::integrity, "the cell 'witness' cannot be read");
  bytes_view value(stored->value);
  log::witnessed_tree tree{load_be64(value.data()), *digest::from(value.subspan(8, digest::size))};
  return witness_memory{stored->version, tree, std::string(text_of(value.subspan(fixed_octets)))};
}

// A note that does not fit is not shown; what counts is what was signed.
bytes cell_value(const log::witness_decision& decision) {
  bytes value(8);
  store_be64(value.data(), decision.store->size);
  append(value, decision.store->root.view());
  if (value.size() + decision.published.size() <= cells::value_octets_max)
    append(value, view_of(decision.published));
  return value;
}

add_checkpoint_answer plain_answer(std::uint16_t status, const char* text) {
  return {status, "text/plain; charset=utf-8", std::string(text) + "\n"};
}

struct witness_state {
  static inline const char* name = "witness";
  explicit witness_state(witness_actor::pointer ptr) : self(ptr) {}

  witness_actor::behavior_type make_behavior(const witness_options& options, const ports& given);
  void on_request(const node_id& from, const cosign_request& request);
  add_checkpoint_answer on_add_checkpoint(const add_checkpoint_query& m);
  witnessed_answer on_witnessed(const witnessed_query& m) const;
  // `from`: null for somebody who is no peer.
  result<log::witness_decision> judge(const node_id* from, bytes_view body);
  std::optional<ledger_evidence> fork_shown(bytes_view body, const log::witnessed_tree& remembered,
                                            const node_id* from) const;
  bool proves_itself(const log::witness_request& shown, const log::witnessed_tree& remembered) const;
  std::vector<log::log_term> terms() const;
  std::vector<log::vkey> trusted_for(bytes_view body) const;
  bool is_about_ours(bytes_view body) const;
  bool is_witness() const;
  bool is_believed() const;
  void on_roster(const roster_notice& m);
  void accuse(ledger_evidence what);
  void tell_evidence() const;
  log::witness_identity identity() const;

  witness_actor::pointer self;
  std::optional<ports> world;
  node_id own;
  link_actor link;
  ledger_actor ledger;
  std::shared_ptr<const ledger_roster> roster;
  std::optional<evidence_book> evidence; // of the roster's ledger
};

witness_actor::behavior_type witness_state::make_behavior(const witness_options& options,
                                                          const ports& given) {
  world.emplace(given);
  own = options.self;
  return {[this](const wiring& w) {
            link = w.link;
            ledger = w.ledger;
            tell_evidence();
          },
          [this](const roster_notice& m) { on_roster(m); },
          [this](const peer_message& m) {
            if (auto* asked = std::get_if<cosign_request>(m.message.get()))
              on_request(m.from, *asked);
          },
          [this](const add_checkpoint_query& m) { return on_add_checkpoint(m); },
          [this](const witnessed_query& m) { return on_witnessed(m); }};
}

void witness_state::on_roster(const roster_notice& m) {
  bool is_other = !roster || roster->origin != m.roster->origin;
  roster = m.roster;
  if (!is_other) return;
  evidence.emplace(roster->origin, &world->durable, evidence_cell_name);
  tell_evidence();
}

// -- evidence -----------------------------------------------------------------------------------------------

bool witness_state::is_believed() const { return roster->trusted && evidence->empty(); }

// Remembered here first: what becomes of a message nobody knows.
void witness_state::accuse(ledger_evidence what) {
  if (!evidence->add(what)) return;
  if (ledger)
    self->send(ledger, accusation{std::move(what)});
  else
    world->events.on(event::ledger_accused{std::move(what)});
}

void witness_state::tell_evidence() const {
  if (!ledger || !evidence) return;
  for (const ledger_evidence& each : evidence->all()) self->send(ledger, accusation{each});
}

bool witness_state::is_witness() const {
  return roster && std::any_of(roster->witnesses.begin(), roster->witnesses.end(),
                               [&](const auto& each) { return each.member == own; });
}

log::witness_identity witness_state::identity() const {
  auto key = log::make_vkey(witness_name(roster->origin, own), log::key_type::cosignature,
                            world->keys.key(key_role::witness));
  PPN_ASSERT(key.has_value());
  log::witness_identity made;
  made.key = std::move(*key);
  made.sign = [this](bytes_view text) { return world->keys.sign_as(key_role::witness, text); };
  made.verify = [this](const crypto::public_key& by, bytes_view text, const signature& sig) {
    return world->keys.verify(by, text, sig);
  };
  return made;
}

std::vector<log::log_term> witness_state::terms() const {
  std::vector<log::log_term> known;
  for (const auto& term : roster->terms)
    if (auto key = log::make_vkey(roster->origin, log::key_type::ed25519, term.key))
      known.push_back({std::move(*key), term.first_size});
  return known;
}

// A writer that had its term signs nothing new: only the key of the term that a checkpoint falls in.
std::vector<log::vkey> witness_state::trusted_for(bytes_view body) const {
  auto request = log::parse_witness_request(body);
  if (!request || !is_witness()) return {};
  auto known = terms();
  const log::log_term* term = log::term_of(known, request->body.size);
  if (term == nullptr) return {};
  return {term->key};
}

result<log::witness_decision> witness_state::judge(const node_id* from, bytes_view body) {
  auto memory = remembered_in(world->durable);
  if (!memory) return fail(memory.error());
  auto remembered = memory->tree;
  auto trusted = trusted_for(body);
  auto seconds_now = duration_cast<seconds>(world->time.wall().time_since_epoch()).count();
  auto decision = log::answer_add_checkpoint(
    body, [&](std::string_view) { return remembered; }, trusted, identity(),
    static_cast<std::uint64_t>(std::max<std::int64_t>(seconds_now, 0)));
  if (decision.store) {
    auto stored = world->durable.compare_and_set(cell_name, memory->version, cell_value(decision));
    if (!stored) return fail(stored.error());
    world->events.on(
      event::ledger_cosigned{roster->origin, decision.store->size, decision.store->root});
    return decision;
  }
  std::optional<ledger_evidence> fork;
  if (decision.status == 422 && decision.is_evidence && remembered)
    fork = fork_shown(body, *remembered, from);
  if (fork) {
    accuse(std::move(*fork));
  } else if (decision.status != 409 && (from != nullptr || decision.is_evidence)) {
    world->events.on(event::witness_refused{roster->origin, decision.status, decision.body});
  }
  return decision;
}

// The log's own signature under a tree that does not grow out of the one cosigned before. Anybody may
// put a wrong proof beside a right checkpoint; the log's writer always has the right one.
std::optional<ledger_evidence> witness_state::fork_shown(bytes_view body,
                                                         const log::witnessed_tree& remembered,
                                                         const node_id* from) const {
  auto shown = log::parse_witness_request(body);
  if (!shown || roster->terms.empty()) return std::nullopt;
  bool by_writer = from != nullptr && roster->terms.back().writer == *from;
  if (!by_writer && !proves_itself(*shown, remembered)) return std::nullopt;
  return ledger_evidence{ledger_evidence::kind::fork, roster->origin, remembered.size,
                         remembered.root, shown->body.root, from != nullptr ? *from : own,
                         "a signed tree of " + std::to_string(shown->body.size) +
                           " entries does not extend what was cosigned"};
}

// Two roots of one size, and the second one by the key whose term that size falls in.
bool witness_state::proves_itself(const log::witness_request& shown,
                                  const log::witnessed_tree& remembered) const {
  if (shown.body.size != remembered.size || shown.body.root == remembered.root) return false;
  log::trust_policy trust;
  trust.verify = identity().verify;
  trust.terms = terms();
  return log::open_checkpoint(view_of(log::to_text(shown.source)), trust).has_value();
}

// -- who asks ----------------------------------------------------------------------------------------------

void witness_state::on_request(const node_id& from, const cosign_request& request) {
  cosign_answer answer{403, "this node is no witness of that ledger\n"};
  if (is_witness() && !is_believed()) {
    answer.body = "this node holds evidence against that ledger\n";
    world->events.on(event::witness_refused{roster->origin, answer.status, answer.body});
  } else if (is_witness()) {
    auto judged = judge(&from, request.body);
    if (judged)
      answer = {static_cast<std::uint16_t>(judged->status), std::move(judged->body)};
    else
      answer = {500, "the witness cannot remember\n"};
  }
  if (link) self->send(link, send_to_peer{from, std::make_shared<wire_message>(std::move(answer))});
}

bool witness_state::is_about_ours(bytes_view body) const {
  auto request = log::parse_witness_request(body);
  return is_witness() && request && request->body.origin == roster->origin;
}

add_checkpoint_answer witness_state::on_add_checkpoint(const add_checkpoint_query& m) {
  if (!roster) return plain_answer(503, "this node does not know yet whom to witness");
  if (!is_believed() && is_about_ours(m.body))
    return plain_answer(403, "this node holds evidence against that ledger");
  auto judged = judge(nullptr, m.body);
  if (!judged) return plain_answer(500, "the witness cannot remember");
  return {static_cast<std::uint16_t>(judged->status), std::move(judged->content_type),
          std::move(judged->body)};
}

witnessed_answer witness_state::on_witnessed(const witnessed_query& m) const {
  auto memory = remembered_in(world->durable);
  if (!memory) return {};
  std::string_view origin = std::string_view(memory->note).substr(0, memory->note.find('\n'));
  if (memory->note.empty() || crypto::sha256(view_of(origin)) != m.origin) return {};
  return {std::move(memory->note)};
}

witness_actor::behavior_type witness(witness_actor::stateful_pointer<witness_state> self,
                                     const witness_options& options, const ports& world) {
  return self->state.make_behavior(options, world);
}

} // namespace

witness_actor spawn_witness(caf::actor_system& system, const witness_options& options,
                            const ports& world) {
  return system.spawn(witness, options, world);
}

} // namespace ppn
