#include "actors/replica_core.hpp"

#include "messages/base/planted.hpp"
#include "storage/log/witness.hpp"

#include <algorithm>

namespace ppn {

namespace {

// A copy that is behind repeats its word no more often than this.
constexpr seconds have_again_after{5};
// A witness that refused is asked again, because most reasons pass.
constexpr seconds cosign_again_after{10};

log::verify_function verify_by(signer& keys) {
  return [&keys](const crypto::public_key& by, bytes_view message, const signature& sig) {
    return keys.verify(by, message, sig);
  };
}

} // namespace

std::string witness_name(std::string_view origin, const node_id& member) {
  return std::string(origin) + "/witness/" + member.hex().substr(0, 16);
}

replica_core::replica_core(const node_id& self, membership_ptr members, signer& keys, mono_time now)
    : self_(self), members_(std::move(members)), keys_(&keys),
      survey_end_(now + limits::ledger_survey) {}

// -- who is who ------------------------------------------------------------------------------------------

void replica_core::set_membership(membership_ptr members, mono_time now) {
  bool wrote = writes();
  members_ = std::move(members);
  if (!wrote && writes()) {
    surveyed_ = false;
    survey_end_ = now + limits::ledger_survey;
    answered_.clear();
  }
  std::erase_if(peers_, [&](const auto& each) { return members_->find(each.first) == nullptr; });
  for (auto& [id, each] : peers_) each.page_on_the_way = false;
  finish_survey(now);
}

void replica_core::set_roster(std::shared_ptr<const ledger_roster> roster, std::uint64_t size,
                              mono_time now) {
  roster_ = std::move(roster);
  bool grown = size != size_;
  size_ = size;
  finish_survey(now);
  if (grown) serve_all();
  if (grown && !roster_->witnesses.empty()) cosign_soon(now);
}

void replica_core::on_peer_up(const node_id& id, mono_time now) {
  peer& which = peers_[id];
  std::uint64_t cosigned = which.cosigned;
  which = peer{};
  which.up = true;
  which.cosigned = cosigned;
  if (id == members_->controller || restoring_ == id) tell_have(id, now);
  tell_copies();
  cosign_soon(now + limits::cosign_interval);
}

void replica_core::on_peer_down(const node_id& id, mono_time) {
  peer& which = peers_[id];
  which.up = which.page_on_the_way = which.cosign_on_the_way = false;
  tell_copies();
}

void replica_core::on_message(const node_id& from, const wire_message_ptr& message, mono_time now) {
  if (members_->find(from) == nullptr) return;
  if (auto* have = std::get_if<ledger_have>(message.get())) return on_have(from, *have, now);
  if (auto* answer = std::get_if<cosign_answer>(message.get()))
    return on_cosigned(from, *answer, now);
  // Entries come from whoever is believed to write, and are checked all the same.
  if (std::holds_alternative<ledger_page>(*message) &&
      (from == members_->controller || restoring_ == from))
    asks.push_back(page_offer{from, message});
}

// -- a copy ----------------------------------------------------------------------------------------------

void replica_core::tell_have(const node_id& to, mono_time now) {
  if (!own_known_ || to == self_) return;
  told_have_ = now;
  sends.push_back({to, own_});
}

void replica_core::on_page_taken(const page_outcome& outcome, mono_time now) {
  own_ = outcome.have;
  bool first = !std::exchange(own_known_, true);
  if (outcome.from == self_) {
    // The ledger's first word of itself: whoever is up already has not heard it.
    if (first && peers_[members_->controller].up) tell_have(members_->controller, now);
    return;
  }
  if (outcome.refused && outcome.refused->code != ec::stale)
    events.push_back(event::refused{"ledger-page", outcome.from.brief(), render(*outcome.refused)});
  // A page that was good, or came too late, is answered at once, and the first one that contradicts this
  // copy. After any other the next word waits for the writer's, so that two who disagree do not talk
  // without an end.
  bool contradicts = outcome.refused && outcome.refused->code == ec::integrity;
  bool before = std::exchange(peers_[outcome.from].disagrees, contradicts);
  if (!outcome.refused || outcome.refused->code == ec::stale || (contradicts && !before))
    tell_have(outcome.from, now);
}

void replica_core::on_writer_has(std::uint64_t size, mono_time now) {
  if (writes() || size <= size_) return;
  if (told_have_ && *told_have_ + have_again_after > now) return;
  tell_have(members_->controller, now);
}

void replica_core::restore_from(const node_id& member, mono_time now) {
  restoring_ = member;
  if (peers_[member].up) tell_have(member, now);
}

// -- those who have less ---------------------------------------------------------------------------------

void replica_core::on_have(const node_id& from, const ledger_have& have, mono_time now) {
  peer& which = peers_[from];
  which.page_on_the_way = false;
  bool known = which.have.has_value();
  std::uint64_t before = known ? which.have->size : 0;
  which.have = have;
  if (!have.note.empty()) asks.push_back(have_notice{from, have});
  answered_.insert(from);
  finish_survey(now);
  if (!known || before != have.size) tell_copies();
  // It was away when the others signed, or did not know yet that it is a witness.
  if (have.size == size_ && which.cosigned < size_ && is_witness(from)) cosign_soon(now);
  serve(from, which);
}

void replica_core::serve(const node_id& to, peer& which) {
  if (!which.up || !which.have || which.page_on_the_way || which.have->size >= size_) return;
  which.page_on_the_way = true;
  asks.push_back(page_query{to, *which.have});
}

void replica_core::serve_all() {
  for (auto& [id, each] : peers_) serve(id, each);
}

void replica_core::on_page_made(page_answer made) {
  peer& which = peers_[made.to];
  if (made.refused) {
    which.page_on_the_way = false;
    events.push_back(event::refused{"ledger-page", made.to.brief(), render(*made.refused)});
    return;
  }
  sends.push_back({made.to, std::move(made.page)});
}

void replica_core::tell_copies() {
  if (!writes()) return;
  copies_notice notice;
  for (const auto& [id, each] : peers_) {
    if (each.have) notice.held.emplace_back(id, each.have->size);
    if (each.up) notice.reachable.push_back(id);
  }
  asks.push_back(std::move(notice));
}

// -- the survey ------------------------------------------------------------------------------------------

bool replica_core::survey_over(mono_time now) const {
  if (PPN_PLANT("write-without-survey")) return true;
  bool all = true;
  for (const member_record& member : members_->members)
    if (member.kind == member_kind::node && member.id != self_)
      all = all && answered_.contains(member.id);
  return all || (now >= survey_end_ && !answered_.empty());
}

void replica_core::finish_survey(mono_time now) {
  if (surveyed_ || !writes() || !roster_ || !survey_over(now)) return;
  surveyed_ = true;
  asks.push_back(survey_notice{});
}

// -- witnesses -------------------------------------------------------------------------------------------

bool replica_core::is_witness(const node_id& member) const {
  return roster_ && std::any_of(roster_->witnesses.begin(), roster_->witnesses.end(),
                                [&](const auto& each) { return each.member == member; });
}

void replica_core::cosign_soon(mono_time now) {
  if (!writes() || !surveyed_) return;
  auto when = std::max(now, cosigned_last_ + limits::cosign_interval);
  if (!cosign_at_ || *cosign_at_ > when) cosign_at_ = when;
}

void replica_core::ask_witnesses(mono_time now) {
  cosigned_last_ = now;
  cosign_at_.reset();
  for (const auto& witness : roster_->witnesses)
    if (witness.member != self_) ask_witness(witness.member);
}

void replica_core::ask_witness(const node_id& witness) {
  auto at = peers_.find(witness);
  if (at == peers_.end() || !at->second.up || at->second.cosign_on_the_way ||
      (at->second.cosigned == size_ && cosign_size_ == size_))
    return;
  at->second.cosign_on_the_way = true;
  asks.push_back(cosign_query{witness, at->second.cosigned});
}

void replica_core::on_cosign_body(cosign_body made) {
  if (made.size != cosign_size_ || cosign_note_ != made.note) {
    cosign_size_ = made.size;
    cosign_note_ = made.note;
    cosign_lines_.clear();
  }
  sends.push_back({made.witness, cosign_request{std::move(made.body)}});
}

std::vector<log::vkey> replica_core::witness_keys() const {
  std::vector<log::vkey> keys;
  for (const auto& witness : roster_->witnesses) {
    auto key = log::make_vkey(witness_name(roster_->origin, witness.member),
                              log::key_type::cosignature, witness.key);
    if (key) keys.push_back(std::move(*key));
  }
  return keys;
}

void replica_core::on_cosigned(const node_id& from, const cosign_answer& answer, mono_time now) {
  peer& which = peers_[from];
  if (!std::exchange(which.cosign_on_the_way, false) || !roster_) return;
  if (answer.status == 409) {
    auto size = log::parse_decimal(std::string_view(answer.body).substr(0, answer.body.find('\n')));
    if (!size || *size == which.cosigned || *size > size_) return;
    which.cosigned = *size;
    return ask_witness(from);
  }
  if (answer.status != 200) {
    // Perhaps its copy does not name it a witness yet.
    cosign_soon(now + cosign_again_after);
    if (std::exchange(which.refusal, answer.body) != answer.body)
      events.push_back(event::refused{"cosignature", from.brief(), "answered " +
                                        std::to_string(answer.status) + " " + answer.body});
    return;
  }
  which.refusal.clear();
  auto note = log::parse_note(view_of(cosign_note_));
  if (!note) return; // it answers before it was asked
  auto lines = log::take_cosignatures(answer.body, note->text, witness_keys(), verify_by(*keys_));
  if (!lines) {
    events.push_back(event::refused{"cosignature", from.brief(), render(lines.error())});
    return;
  }
  which.cosigned = cosign_size_;
  for (log::note_signature& line : *lines) cosign_lines_[line.id] = std::move(line);
  for (const auto& [id, line] : cosign_lines_) note->signatures.push_back(line);
  asks.push_back(cosigned_notice{log::to_text(*note)});
  if (size_ != cosign_size_) cosign_soon(now);
  advance(now);
}

// -- time ------------------------------------------------------------------------------------------------

void replica_core::advance(mono_time now) {
  finish_survey(now);
  if (cosign_at_ && *cosign_at_ <= now) ask_witnesses(now);
}

std::optional<mono_time> replica_core::next_deadline() const {
  std::optional<mono_time> next = cosign_at_;
  if (writes() && !surveyed_ && !answered_.empty() && (!next || survey_end_ < *next))
    next = survey_end_;
  return next;
}

} // namespace ppn
