#include "actors/ledger_core.hpp"

#include "messages/base/assert.hpp"
#include "messages/base/limits.hpp"
#include "messages/base/planted.hpp"
#include "messages/wire/ledger_codec.hpp"
#include "storage/ledger/writer.hpp"
#include "storage/log/witness.hpp"

#include <algorithm>

namespace ppn {

namespace {

// Orders that were given again after a lost answer are found among the last so many.
constexpr std::size_t remembered_ids = 4'096;
// After a commit that found no room: orders that come meanwhile wait, and are refused with the next try.
constexpr seconds full_disk_pause{1};

log::verify_function verify_by(signer& keys) {
  return [&keys](const crypto::public_key& by, bytes_view message, const signature& sig) {
    return keys.verify(by, message, sig);
  };
}

bool ends_a_term(bytes_view entry) {
  auto opened = wire::decode_entry(entry);
  return opened && std::holds_alternative<fact::role_given>(opened->order.what);
}

} // namespace

ledger_core::ledger_core(ledger_setup setup, std::shared_ptr<ledger_book> book, fleet_fold fold,
                         signer& keys, cells& durable)
    : setup_(std::move(setup)), book_(std::move(book)), fold_(std::move(fold)), keys_(&keys),
      evidence_(setup_.origin, setup_.fleet ? &durable : nullptr), founded_(fold_) {
  if (fold_.size() == 0)
    for (const bytes& entry : setup_.founding) founded_.apply(entry);
  std::uint64_t from = size() > remembered_ids ? size() - remembered_ids : 0;
  std::ignore = book_->entries().iterate(from, size(), [&](std::uint64_t index, bytes_view octets) {
    if (auto opened = wire::decode_entry(octets)) remember_id(opened->order.id, index);
    return true;
  });
  rehashed_ = setup_.looked_at;
  // Findings of the past are evidence still.
  apply_to_fold({});
  tell_stored(book_->told_at_open());
}

// Entries that a crash or a failure kept from being told are told now.
void ledger_core::tell_stored(std::uint64_t first) {
  if (first >= size()) return;
  std::vector<digest> leaves;
  std::ignore = book_->entries().iterate(first, size(), [&](std::uint64_t, bytes_view octets) {
    leaves.push_back(log::leaf_hash(octets));
    return true;
  });
  tell_committed(is_writer() ? ledger_part::writer : ledger_part::copy, first, std::move(leaves));
}

bool ledger_core::is_writer() const {
  if (!setup_.fleet) return true;
  if (size() == 0) return setup_.founds;
  auto roster = members();
  return roster && roster->controller == setup_.self;
}

membership_ptr ledger_core::members() const {
  return setup_.fleet ? fold_.members() : nullptr;
}

log::vkey ledger_core::signing_key() const {
  auto key = log::make_vkey(setup_.origin, log::key_type::ed25519, keys_->key(key_role::log));
  PPN_ASSERT(key.has_value());
  return *std::move(key);
}

// -- taking orders ---------------------------------------------------------------------------------------

void ledger_core::refuse(std::uint64_t ticket, ec code, std::string text) {
  outcomes.push_back({ticket, error{code, std::move(text)}, 0, 0, false});
}

void ledger_core::remember_id(const order_id& id, std::uint64_t index) {
  if (!recent_.emplace(id, index).second) return;
  recent_order_.push_back(id);
  if (recent_order_.size() <= remembered_ids) return;
  recent_.erase(recent_order_.front());
  recent_order_.pop_front();
}

// The same order again: its answer waits for the same copies. Another one under its id is none.
bool ledger_core::seen_before(std::uint64_t ticket, const order_id& id, bytes_view order,
                              mono_time now) {
  auto found = recent_.find(id);
  if (found == recent_.end() || PPN_PLANT("fence-of-ids")) return false;
  auto opened = book_->entries().read(found->second).and_then([](const bytes& octets) {
    return wire::decode_entry(octets);
  });
  if (!opened)
    refuse(ticket, opened.error().code, opened.error().text);
  else if (!std::ranges::equal(opened->entry.order.octets, order))
    refuse(ticket, ec::exists, "another order has this id");
  else
    answers_.push_back({{ticket, std::nullopt, found->second, found->second + 1, false}, now});
  return true;
}

void ledger_core::submit(std::uint64_t ticket, submitted_order order, mono_time now) {
  if (failed_) return refuse(ticket, failed_->code, failed_->text);
  if (!is_writer())
    return refuse(ticket, ec::stale, "another node writes " + setup_.origin);
  auto opened = wire::decode_order(order.octets);
  if (!opened) return refuse(ticket, opened.error().code, opened.error().text);
  if (seen_before(ticket, opened->id, order.octets, now)) return release(now);
  if (queue_.size() >= limits::ledger_queue_entries ||
      queue_octets_ + order.octets.size() > limits::ledger_queue_octets)
    return refuse(ticket, ec::busy, setup_.origin + " has as much to write as it may queue");
  queue_octets_ += order.octets.size();
  bool authority = needs_authority(opened->what);
  queue_.push_back({ticket, std::move(order), opened->id, authority});
}

bool ledger_core::commit_due() const {
  return may_write_ && !failed_ && !full_until_ && is_writer() &&
         (!queue_.empty() || (size() == 0 && !setup_.founding.empty()) || book_->note().empty());
}

// -- committing ------------------------------------------------------------------------------------------

std::vector<ledger_core::waiting_order> ledger_core::next_group() {
  std::vector<waiting_order> group;
  std::size_t octets = 0;
  while (!queue_.empty() && group.size() < limits::commit_entries) {
    octets += queue_.front().order.octets.size();
    if (octets > limits::commit_octets && !group.empty()) break;
    queue_octets_ -= queue_.front().order.octets.size();
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (group.back().authority) break;
  }
  return group;
}

// Whether it would count: what the copies refuse, this writer must not have taken.
status ledger_core::check(const waiting_order& each, term_number term, std::int64_t when) const {
  if (each.authority)
    if (auto opened = wire::decode_order(each.order.octets); opened && fold_.next_term(*opened) != term)
      return fail(ec::refused, "a term that is taken over begins at its new writer, not at the old one");
  return fold_.check(each.order, when);
}

// What cannot be an entry is answered here and leaves the group.
std::vector<bytes> ledger_core::encode_group(std::vector<waiting_order>& group, wall_time wall,
                                             mono_time now) {
  std::vector<bytes> entries;
  auto roster = members();
  term_number term = roster ? roster->term : term_number{1};
  std::set<order_id> ids;
  std::erase_if(group, [&](waiting_order& each) {
    if (seen_before(each.ticket, each.id, each.order.octets, now)) return true;
    if (!ids.insert(each.id).second && !PPN_PLANT("fence-of-ids")) {
      refuse(each.ticket, ec::busy, "the same order is being written");
      return true;
    }
    std::int64_t when = to_milliseconds(wall.time_since_epoch());
    if (setup_.fleet && !PPN_PLANT("authority-unchecked-by-writer"))
      if (status allowed = check(each, term, when); !allowed) {
        refuse(each.ticket, allowed.error().code, allowed.error().text);
        return true;
      }
    auto octets = wire::encode_entry({term, when, std::move(each.order)});
    if (!octets) {
      refuse(each.ticket, octets.error().code, octets.error().text);
      return true;
    }
    entries.push_back(std::move(*octets));
    return false;
  });
  return entries;
}

bool ledger_core::keeps_checkpoint(std::uint64_t next, wall_time wall) const {
  auto hour = duration_cast<hours>(wall.time_since_epoch()).count();
  return next / limits::kept_checkpoint_entries != size() / limits::kept_checkpoint_entries ||
         !kept_hour_ || *kept_hour_ != hour;
}

status ledger_core::sign_and_commit(std::vector<bytes> entries, bool keep) {
  std::uint64_t first = size();
  log_key key{signing_key(),
              [this](bytes_view text) { return keys_->sign_as(key_role::log, text); }};
  auto leaves = commit_signed(*book_, key, std::move(entries), keep);
  if (!leaves) {
    tell_stored(first); // what the store took is there, whatever the cell says
    return fail(leaves.error());
  }
  tell_committed(ledger_part::writer, first, std::move(*leaves));
  return {};
}

void ledger_core::tell_committed(ledger_part part, std::uint64_t first, std::vector<digest> leaves) {
  events.push_back(event::ledger_committed{
    setup_.origin, part, first, std::make_shared<const std::vector<digest>>(std::move(leaves)),
    size(), book_->root()});
}

// The first entries are the same octets at every member, so that no second founding can differ.
bool ledger_core::found_fleet(mono_time now) {
  if (size() > 0 || setup_.founding.empty()) return false;
  if (status done = sign_and_commit(setup_.founding, true); !done) {
    on_failed_commit(done.error(), now);
    return true;
  }
  apply_to_fold(setup_.founding);
  return true;
}

// A full disk may have room again; any other failure is the end of this run.
void ledger_core::on_failed_commit(const error& why, mono_time now) {
  if (why.code != ec::no_space) return fail_all(why);
  full_until_ = now + full_disk_pause;
}

void ledger_core::commit(wall_time wall, mono_time now) {
  if (!commit_due() || found_fleet(now)) return;
  auto group = next_group();
  auto entries = encode_group(group, wall, now);
  if (entries.empty() && !book_->note().empty()) return release(now);
  std::uint64_t first = size();
  // A term's last checkpoint is what a copy needs to step over into the next term.
  bool keep = keeps_checkpoint(first + entries.size(), wall) ||
              (!group.empty() && group.back().authority);
  if (keep) kept_hour_ = duration_cast<hours>(wall.time_since_epoch()).count();
  std::vector<bytes> copies = setup_.fleet ? entries : std::vector<bytes>{};
  if (PPN_PLANT("ack-before-durable")) await_copies(group, first, now);
  if (status done = sign_and_commit(std::move(entries), keep); !done) {
    for (const waiting_order& each : group)
      refuse(each.ticket, done.error().code, done.error().text);
    return on_failed_commit(done.error(), now);
  }
  apply_to_fold(copies);
  if (!PPN_PLANT("ack-before-durable")) await_copies(group, first, now);
}

// Entries from `first` on are durable here; their answers may have to wait for others.
void ledger_core::await_copies(const std::vector<waiting_order>& group, std::uint64_t first,
                               mono_time now) {
  for (std::size_t i = 0; i < group.size(); ++i) {
    remember_id(group[i].id, first + i);
    answers_.push_back({{group[i].ticket, std::nullopt, first + i, first + i + 1, false}, now});
  }
  release(now);
}

void ledger_core::apply_to_fold(const std::vector<bytes>& entries) {
  if (!setup_.fleet) return;
  for (const bytes& entry : entries) fold_.apply(entry);
  std::erase_if(copies_, [&](const auto& copy) {
    return !fold_.state().members.contains(copy.first); // who was removed keeps nothing for the fleet
  });
  for (const fold_finding& found : std::exchange(fold_.findings, {})) {
    const auto& terms = fold_.state().terms;
    ledger_evidence what{ledger_evidence::kind::authority, setup_.origin, found.index, {}, {},
                         terms.empty() ? setup_.self : terms.back().writer,
                         found.kind + ": " + found.reason.text};
    accuse(std::move(what));
  }
}

void ledger_core::fail_all(const error& why) {
  failed_ = why;
  events.push_back(event::ledger_state_changed{setup_.origin, "failed", render(why)});
  for (const waiting_order& each : std::exchange(queue_, {}))
    refuse(each.ticket, why.code, why.text);
  queue_octets_ = 0;
  for (waiting_answer& each : std::exchange(answers_, {})) {
    each.answer.degraded = true; // durable here, and nobody will copy it from here any more
    outcomes.push_back(std::move(each.answer));
  }
}

// -- answering -------------------------------------------------------------------------------------------

bool ledger_core::copied_enough(std::uint64_t wanted) const {
  if (!setup_.fleet) return true;
  auto policy = fold_.state().policy;
  if (policy == acknowledgement::local || PPN_PLANT("acknowledge-before-copied")) return true;
  auto holding = static_cast<std::size_t>(
    std::count_if(copies_.begin(), copies_.end(),
                  [&](const auto& copy) { return copy.second >= wanted; }));
  if (policy == acknowledgement::one) return holding >= 1;
  return 2 * (holding + 1) > fold_.state().members.size();
}

void ledger_core::release(mono_time now) {
  while (!answers_.empty()) {
    waiting_answer& first = answers_.front();
    bool enough = copied_enough(first.answer.size);
    bool alone = setup_.fleet && reachable_.empty();
    if (!enough && !alone && first.since + limits::acknowledgement_deadline > now) break;
    if (setup_.fleet && degraded_ == enough) {
      degraded_ = !enough;
      events.push_back(event::ledger_state_changed{
        setup_.origin, degraded_ ? "degraded" : "ready",
        degraded_ ? "answers do not wait for as many copies as the policy asks for" : ""});
    }
    first.answer.degraded = !enough;
    events.push_back(
      event::ledger_acknowledged{setup_.origin, first.answer.index,
                                 setup_.fleet ? fold_.state().policy : acknowledgement::local,
                                 first.answer.degraded});
    outcomes.push_back(std::move(first.answer));
    answers_.pop_front();
  }
}

void ledger_core::on_copy(const node_id& member, std::uint64_t held) {
  if (fold_.state().members.contains(member)) copies_[member] = held;
}

void ledger_core::on_reachable(const std::set<node_id>& members) {
  reachable_ = members;
}

void ledger_core::advance(mono_time now) {
  if (full_until_ && *full_until_ <= now) full_until_.reset();
  release(now);
}

std::optional<mono_time> ledger_core::next_deadline() const {
  std::optional<mono_time> next = full_until_;
  if (answers_.empty()) return next;
  auto answer = answers_.front().since + limits::acknowledgement_deadline;
  return next ? std::min(*next, answer) : answer;
}

void ledger_core::on_surveyed() {
  surveyed_ = true;
  begin_if_allowed();
}

void ledger_core::begin_if_allowed() {
  if (may_write_ || !surveyed_) return;
  if (!trusted()) return stay_read_only("there is evidence against this ledger: see ppn status");
  if (ahead_ > size())
    return stay_read_only("member " + ahead_at_.brief() + " holds " + std::to_string(ahead_) +
                          " entries signed by this ledger's key, this node only " +
                          std::to_string(size()) + ": ppn ledger restore --from that member");
  may_write_ = true;
  why_not_.clear();
  events.push_back(event::ledger_state_changed{setup_.origin, "ready", {}});
}

void ledger_core::stay_read_only(std::string why) {
  may_write_ = false;
  if (why_not_ == why) return;
  why_not_ = std::move(why);
  events.push_back(event::ledger_state_changed{setup_.origin, "read only", why_not_});
}

// -- following -------------------------------------------------------------------------------------------

result<ledger_page> ledger_core::page_for(const ledger_have& other) const {
  if (failed_) return fail(*failed_); // an entry that this node was never sure of goes nowhere
  return make_page(*book_, setup_.origin, fold_.state(), other);
}

status ledger_core::take_page(const node_id& sender, const ledger_page& page, mono_time) {
  if (failed_) return fail(*failed_);
  if (is_writer() && may_write_) return fail(ec::stale, "this node writes the ledger");
  if (!trusted()) return fail(ec::integrity, "this ledger's writer has contradicted itself");
  auto checked = check_page(*book_, setup_.origin, fold_, verify_by(*keys_), sender, page);
  if (checked.evidence) {
    accuse(*checked.evidence);
    return fail(ec::integrity, render(*checked.evidence));
  }
  if (checked.refused) return fail(*checked.refused);
  if (!checked.growth) return checked.note == book_->note() ? status{} : book_->remember(checked.note);
  std::uint64_t first = size();
  committed_leaves leaves = checked.growth->leaves;
  std::vector<bytes> entries = checked.growth->records;
  // As its writer does: whoever steps over into the next term here needs the last checkpoint before it.
  bool keep = checked.growth->right.size() == checked.note_size && ends_a_term(entries.back());
  status done = book_->commit(std::move(*checked.growth), std::move(checked.note), keep);
  if (!done) {
    if (done.error().code != ec::no_space) fail_all(done.error());
    return done;
  }
  tell_committed(ledger_part::copy, first, std::move(leaves));
  apply_to_fold(entries);
  begin_if_allowed();
  return {};
}

void ledger_core::compare(const node_id& sender, const ledger_have& other) {
  auto found =
    compare_with(*book_, setup_.origin, trusted_state(), verify_by(*keys_), sender, other);
  if (found.evidence) return accuse(std::move(*found.evidence));
  if (!is_writer() || found.ahead <= std::max(size(), ahead_)) return;
  ahead_ = found.ahead;
  ahead_at_ = sender;
  if (!may_write_) return;
  // Something else signs with this node's key.
  accuse({ledger_evidence::kind::rollback, setup_.origin, size(), book_->root(), other.root, sender,
          std::to_string(found.ahead) + " entries were signed by this ledger's key"});
}

const fleet_state& ledger_core::trusted_state() const {
  return fold_.size() == 0 ? founded_.state() : fold_.state();
}

void ledger_core::accuse(ledger_evidence what) {
  bool contradicts = what.what != ledger_evidence::kind::authority;
  if (evidence_.add(what)) events.push_back(event::ledger_accused{std::move(what)});
  if (is_writer() && contradicts && may_write_)
    stay_read_only("another history of this ledger was signed with its key: find the second"
                   " controller, stop one of them, restore the ledger from a verified copy");
}

// -- witnesses -------------------------------------------------------------------------------------------

bytes ledger_core::cosign_body(std::uint64_t old_size) const {
  auto proof = book_->tree().consistency(std::min(old_size, size()), size());
  auto text = log::witness_request_text(old_size, proof ? *proof : log::proof_hashes{},
                                        book_->note());
  return {text.begin(), text.end()};
}

void ledger_core::publish_cosigned(std::string note) { cosigned_ = std::move(note); }

// -- looking ---------------------------------------------------------------------------------------------

ledger_report ledger_core::report() const {
  ledger_report to;
  to.origin = setup_.origin;
  to.part = is_writer() ? ledger_part::writer : ledger_part::copy;
  to.size = size();
  to.root = book_->root();
  auto terms = log_terms(setup_.origin, fold_.state());
  to.vkey = log::to_text(setup_.fleet && !terms.empty() ? terms.back().key : signing_key());
  to.note = book_->note();
  to.cosigned = cosigned_;
  to.state = failed_ ? "failed" : is_writer() && !may_write_ ? "read only" : "ready";
  to.why = failed_ ? render(*failed_) : is_writer() ? why_not_ : std::string{};
  to.policy = setup_.fleet ? to_string(fold_.state().policy) : "local";
  to.degraded = degraded_;
  to.waiting = queue_.size() + answers_.size();
  to.refused_entries = fold_.state().refused;
  for (const auto& [member, held] : copies_)
    to.copies.push_back({member, held, 0, reachable_.contains(member)});
  to.evidence = evidence_.all();
  return to;
}

bool ledger_core::rehash_step(std::uint64_t octets) {
  if (rehashed_ >= size()) return false;
  auto reached = book_->rehash(rehashed_, octets);
  if (reached) {
    rehashed_ = *reached;
    return rehashed_ < size();
  }
  accuse({ledger_evidence::kind::changed_body, setup_.origin, rehashed_, {}, {}, setup_.self,
          reached.error().text});
  fail_all(reached.error());
  return false;
}

} // namespace ppn
