#include "actors/evidence.hpp"

#include <algorithm>

namespace ppn {

namespace {

// Kind, size, two roots and who showed it; then the length of the text.
constexpr std::size_t fixed_octets = 1 + 8 + 3 * digest::size + 1;
static_assert(evidence_book::text_octets <= 255);

bytes encode(const ledger_evidence& what) {
  bytes value{static_cast<octet>(what.what)};
  value.resize(9);
  store_be64(value.data() + 1, what.size);
  append(value, what.expected.view());
  append(value, what.found.view());
  append(value, what.peer.view());
  value.push_back(static_cast<octet>(what.text.size()));
  append(value, view_of(what.text));
  return value;
}

} // namespace

evidence_book::evidence_book(std::string origin, cells* durable, std::string_view cell)
    : origin_(std::move(origin)), cell_(cell), durable_(durable) {
  if (durable_ != nullptr) load();
}

bool evidence_book::add(ledger_evidence& what) {
  what.text.resize(std::min(what.text.size(), text_octets));
  if (all_.size() == most || std::find(all_.begin(), all_.end(), what) != all_.end()) return false;
  all_.push_back(what);
  if (durable_ != nullptr) keep();
  return true;
}

// The first few are enough to refuse for ever; a cell holds no more.
void evidence_book::keep() {
  bytes value;
  for (const ledger_evidence& each : all_) {
    bytes next = encode(each);
    if (value.size() + next.size() > cells::value_octets_max) break;
    append(value, next);
  }
  auto before = durable_->get(cell_);
  if (before && before->value != value)
    std::ignore = durable_->compare_and_set(cell_, before->version, value);
}

void evidence_book::load() {
  auto stored = durable_->get(cell_);
  if (stored && read(stored->value)) return;
  all_.push_back({ledger_evidence::kind::changed_body, origin_, 0, {}, {}, {},
                  "the cell '" + cell_ + "' cannot be read"});
}

bool evidence_book::read(bytes_view rest) {
  while (!rest.empty()) {
    if (rest.size() < fixed_octets) return false;
    std::size_t text = rest[fixed_octets - 1];
    if (rest.size() < fixed_octets + text || rest[0] > 3) return false;
    ledger_evidence each;
    each.what = static_cast<ledger_evidence::kind>(rest[0]);
    each.origin = origin_;
    each.size = load_be64(rest.data() + 1);
    each.expected = *digest::from(rest.subspan(9, digest::size));
    each.found = *digest::from(rest.subspan(41, digest::size));
    each.peer = *node_id::from(rest.subspan(73, node_id::size));
    each.text = text_of(rest.subspan(fixed_octets, text));
    all_.push_back(std::move(each));
    rest = rest.subspan(fixed_octets + text);
  }
  return true;
}

} // namespace ppn
