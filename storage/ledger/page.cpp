#include "storage/ledger/page.hpp"

#include "messages/base/limits.hpp"
#include "messages/base/planted.hpp"
#include "messages/wire/ledger_codec.hpp"

#include <algorithm>

namespace ppn {

namespace {

log::trust_policy trust_in(std::string_view origin, const fleet_state& state,
                           const log::verify_function& verify) {
  log::trust_policy trust;
  trust.terms = log_terms(origin, state);
  trust.verify = verify;
  return trust;
}

ledger_evidence evidence_of(ledger_evidence::kind what, std::string_view origin, std::uint64_t size,
                            const digest& expected, const digest& found, const node_id& peer) {
  return {what, std::string(origin), size, expected, found, peer, {}};
}

// Where the term that `size` falls in ends: the last checkpoint that its key signs.
std::uint64_t end_of_term(const fleet_state& state, std::uint64_t size) {
  for (const writer_term& term : state.terms)
    if (term.first_size > size + 1) return term.first_size - 1;
  return ~std::uint64_t{0};
}

// The newest checkpoint that a copy of `size` entries can judge: not beyond the term it knows.
result<book_head> target_for(const ledger_book& book, const fleet_state& state,
                             std::uint64_t size) {
  std::uint64_t end = end_of_term(state, size);
  if (end >= book.size()) return book_head{book.size(), book.root(), book.note()};
  auto kept = book.entries().kept_heads(end, 1);
  if (!kept) return fail(kept.error());
  if (kept->empty() || kept->front().length != end)
    return fail(ec::integrity, "the last checkpoint of a term, of size " + std::to_string(end) +
                                   ", was not kept");
  return decode_book_head(kept->front().head);
}

status fill(ledger_page& page, const ledger_book& book, std::uint64_t to) {
  std::size_t octets = 0;
  auto visited = book.entries().iterate(page.from, to, [&](std::uint64_t, bytes_view entry) {
    octets += entry.size() + 16;
    if (page.entries.size() == limits::page_entries ||
        (octets > limits::page_octets && !page.entries.empty()))
      return false;
    page.entries.emplace_back(entry.begin(), entry.end());
    return true;
  });
  if ((PPN_PLANT("skip-entry-in-page") || PPN_PLANT("page-unproven")) && page.entries.size() > 2)
    page.entries.erase(page.entries.end() - 2);
  return visited;
}

bool changes_writer(const std::vector<bytes>& entries) {
  return std::any_of(entries.begin(), entries.end(), [](const bytes& octets) {
    auto opened = wire::decode_entry(octets);
    return opened && std::holds_alternative<fact::role_given>(opened->order.what);
  });
}

// The target, signed by whoever may by the entries that are known or come with the page.
result<log::opened_checkpoint> open_target(std::string_view origin, const fleet_fold& fold,
                                           const log::verify_function& verify,
                                           const ledger_page& page) {
  if (fold.size() > 0 && !changes_writer(page.entries))
    return log::open_checkpoint(view_of(page.target), trust_in(origin, fold.state(), verify));
  fleet_fold ahead = fold;
  for (const bytes& entry : page.entries) ahead.apply(entry);
  return log::open_checkpoint(view_of(page.target), trust_in(origin, ahead.state(), verify));
}

} // namespace

std::vector<log::log_term> log_terms(std::string_view origin, const fleet_state& state) {
  std::vector<log::log_term> terms;
  for (const writer_term& term : state.terms) {
    auto key = log::make_vkey(origin, log::key_type::ed25519, term.key);
    if (key) terms.push_back({std::move(*key), term.first_size});
  }
  return terms;
}

ledger_have make_have(const ledger_book& book) { return {book.size(), book.root(), book.note()}; }

result<ledger_page> make_page(const ledger_book& book, std::string_view origin,
                              const fleet_state& state, const ledger_have& have) {
  auto own = book.tree().root_at(have.size);
  if (!own) return fail(own.error());
  ledger_page page;
  page.from = have.size;
  // Another history: there is no proof, and the other side shall see by itself what was signed here.
  if (*own != have.root) {
    page.target = book.note();
    return page;
  }
  auto target = target_for(book, state, have.size);
  if (!target) return fail(target.error());
  page.target = target->note;
  if (status filled = fill(page, book, target->size); !filled) return fail(filled.error());
  auto extends = book.tree().consistency(page.from, target->size);
  if (!extends) return fail(extends.error());
  auto reaches = book.tree().consistency(page.from + page.entries.size(), target->size);
  if (!reaches) return fail(reaches.error());
  page.extends = std::move(*extends);
  page.reaches = std::move(*reaches);
  return page;
}

namespace {

bool grows_to(std::uint64_t size, const digest& root, const log::checkpoint& target,
              const log::proof_hashes& proof) {
  if (size == 0) return proof.empty();
  return log::verify_consistency(size, target.size, proof, root, target.root);
}

checked_page refuse(ec code, std::string text) {
  checked_page out;
  out.refused = error{code, std::move(text)};
  return out;
}

checked_page accuse(ledger_evidence what) {
  checked_page out;
  out.evidence = std::move(what);
  return out;
}

bool is_writer(const fleet_state& state, const node_id& who) {
  return !state.terms.empty() && state.terms.back().writer == who;
}

// A signed checkpoint of a size that is held already: it must be the one that is held.
std::optional<ledger_evidence> contradiction(const ledger_book& book, std::string_view origin,
                                             const log::checkpoint& shown, const node_id& sender) {
  if (shown.size > book.size()) return std::nullopt;
  auto own = book.tree().root_at(shown.size);
  if (!own || *own == shown.root) return std::nullopt;
  return evidence_of(ledger_evidence::kind::fork, origin, shown.size, *own, shown.root, sender);
}

} // namespace

checked_page check_page(const ledger_book& book, std::string_view origin, const fleet_fold& fold,
                        const log::verify_function& verify, const node_id& sender,
                        const ledger_page& page) {
  if (page.from != book.size()) return refuse(ec::stale, "a page for another size");
  auto target = open_target(origin, fold, verify, page);
  if (!target) return refuse(target.error().code, target.error().text);
  const log::checkpoint& shown = target->body;
  if (auto fork = contradiction(book, origin, shown, sender)) return accuse(std::move(*fork));
  if (shown.size < book.size()) {
    // Anybody may show an old checkpoint; its writer always has the newest.
    if (!is_writer(fold.state(), sender)) return refuse(ec::stale, "an older checkpoint");
    return accuse(evidence_of(ledger_evidence::kind::rollback, origin, shown.size, book.root(),
                              shown.root, sender));
  }
  if (!grows_to(book.size(), book.root(), shown, page.extends)) {
    std::string text = "no proof that " + std::to_string(shown.size) + " entries extend the " +
                       std::to_string(book.size()) + " held here";
    // Anybody may put a wrong proof beside a right checkpoint; its writer always has the right one.
    if (!is_writer(fold.state(), sender)) return refuse(ec::unauthentic, std::move(text));
    auto fork = evidence_of(ledger_evidence::kind::fork, origin, book.size(), book.root(),
                            shown.root, sender);
    fork.text = std::move(text);
    return accuse(std::move(fork));
  }
  checked_page out;
  out.note = page.target;
  out.note_size = shown.size;
  if (page.entries.empty()) return out;
  auto growth = book.extend(page.entries);
  std::uint64_t reached = growth.right.size();
  if (reached > shown.size ||
      (!PPN_PLANT("page-unproven") && !grows_to(reached, growth.right.root(), shown, page.reaches)))
    return refuse(ec::unauthentic, "entries that are not in the checkpoint beside them");
  out.growth = std::move(growth);
  return out;
}

compared compare_with(const ledger_book& book, std::string_view origin, const fleet_state& state,
                      const log::verify_function& verify, const node_id& sender,
                      const ledger_have& other) {
  if (other.note.empty()) return {};
  auto opened = log::open_checkpoint(view_of(other.note), trust_in(origin, state, verify));
  if (!opened) return {};
  compared out{contradiction(book, origin, opened->body, sender), 0};
  if (opened->body.size > book.size()) out.ahead = opened->body.size;
  return out;
}

} // namespace ppn
