// A node's ledger as the control socket shows it: entries in memory, a real tree, real signatures, and
// ways to make it lie.
#pragma once

#include "messages/base/assert.hpp"
#include "messages/wire/ledger_codec.hpp"
#include "runtime/cli/control_channel.hpp"
#include "runtime/cli/text_sink.hpp"
#include "runtime/crypto/keys.hpp"
#include "storage/log/cosignature.hpp"
#include "storage/log/merkle.hpp"
#include "storage/log/proof_file.hpp"

#include <deque>
#include <map>

namespace ppn::fake {

inline crypto::signing_key key_of(octet seed) {
  return crypto::signing_key::from_seed(bytes(32, seed));
}

inline bytes noted_entry(std::uint64_t number, const std::string& why = "remark",
                         order_author::kind by = order_author::kind::local_user) {
  ledger_order order;
  store_le64(order.id.octets.data(), number + 1);
  order.who = {by, key_of(9).public_part(), by == order_author::kind::local_user ? 1000u : 0u};
  order.why = why + ' ' + std::to_string(number);
  order.what = fact::noted{};
  auto octets = wire::encode_order(order);
  PPN_ASSERT(octets.has_value());
  auto entry = wire::encode_entry({term_number{1}, 1'700'000'000'000, {*octets, std::nullopt}});
  PPN_ASSERT(entry.has_value());
  return *entry;
}

class node {
public:
  explicit node(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) entries.push_back(noted_entry(i));
    sign();
  }
  static constexpr const char* origin = "ppn/fake";

  std::vector<bytes> entries;
  std::map<std::uint64_t, digest> false_leaves; // instead of the true ones
  std::uint64_t entries_most = 1'000'000;       // of one answer
  ledger_report report;
  octet key_seed = 1;
  std::function<std::optional<control_response>(const control_request&)> before; // may answer instead
  std::vector<control_request> asked;

  log::vkey vkey() const {
    return *log::make_vkey(origin, log::key_type::ed25519, key_of(key_seed).public_part());
  }
  digest root_of(std::uint64_t size) const {
    log::frontier tree;
    for (std::uint64_t i = 0; i < size; ++i) tree.append(log::leaf_hash(entries[i]));
    return tree.root();
  }
  std::string signed_note(std::uint64_t size, const digest& root) const {
    auto note = log::sign_checkpoint({origin, size, root, {}}, vkey(), [&](bytes_view text) {
      return key_of(key_seed).sign(text);
    });
    PPN_ASSERT(note.has_value());
    return *note;
  }
  // Makes the report that of the entries as they are.
  void sign() {
    report.origin = origin;
    report.part = ledger_part::writer;
    report.size = entries.size();
    report.root = root_of(entries.size());
    report.vkey = log::to_text(vkey());
    report.note = signed_note(report.size, report.root);
    report.state = "ready";
  }
  static log::vkey witness_key(octet seed) {
    return *log::make_vkey("witness-" + std::to_string(seed), log::key_type::cosignature,
                           key_of(seed).public_part());
  }
  // The checkpoint of this size with lines of these witnesses.
  void cosign(std::uint64_t size, const std::vector<octet>& witnesses) {
    auto note = log::parse_note(view_of(signed_note(size, root_of(size))));
    PPN_ASSERT(note.has_value());
    for (octet seed : witnesses) {
      auto line = log::make_cosignature(note->text, witness_key(seed), 1'700'000'000,
                                        [&](bytes_view text) { return key_of(seed).sign(text); });
      PPN_ASSERT(line.has_value());
      note->signatures.push_back(*line);
    }
    report.cosigned = log::to_text(*note);
  }

  control_response answer(const control_request& request) {
    asked.push_back(request);
    if (before)
      if (auto instead = before(request)) return *instead;
    return {request.id, std::visit([&](const auto& body) { return take(body); }, request.body)};
  }

  // A connection to it: answers come in the order of the questions.
  control_channel channel() {
    auto waiting = std::make_shared<std::deque<control_response>>();
    return {[this, waiting](const control_request& request) -> status {
              waiting->push_back(answer(request));
              return {};
            },
            [waiting]() -> result<control_response> {
              if (waiting->empty()) return fail(ec::timed_out, "nothing was asked");
              control_response next = std::move(waiting->front());
              waiting->pop_front();
              return next;
            }};
  }

private:
  using body = decltype(control_response::body);

  body take(const status_request&) const {
    status_reply reply;
    reply.view.rows.resize(1);
    reply.view.rows[0].record.id = key_of(9).public_part();
    reply.view.rows[0].record.name = "laptop-a";
    return reply;
  }
  body take(const reload_request&) const { return error{ec::unsupported, "no"}; }
  body take(const ledger_report_request&) const { return ledger_report_reply{report}; }
  body take(const ledger_read_request& request) const {
    ledger_read_reply reply{entries.size(), {}, {}};
    std::uint64_t most = std::min(request.most, entries_most);
    for (std::uint64_t i = request.from; i < entries.size() && reply.entries.size() < most; ++i) {
      reply.entries.push_back(entries[i]);
      auto lie = false_leaves.find(i);
      reply.leaves.push_back(lie == false_leaves.end() ? log::leaf_hash(entries[i]) : lie->second);
    }
    return reply;
  }
  body take(const ledger_proof_request& request) const {
    auto hash_at = [this](unsigned level, std::uint64_t index) -> result<digest> {
      log::frontier tree;
      for (std::uint64_t i = index << level; i < (index + 1) << level; ++i)
        tree.append(log::leaf_hash(entries[i]));
      return tree.root();
    };
    auto hashes = log::inclusion_proof(request.index, entries.size(), hash_at);
    if (!hashes) return hashes.error();
    return ledger_proof_reply{
      *log::to_text(log::proof_file{std::nullopt, request.index, *hashes, report.note})};
  }
  body take(const ledger_note_request& request) {
    entries.push_back(noted_entry(entries.size(), request.reason));
    return ledger_append_reply{entries.size() - 1, entries.size(), false};
  }
  body take(const ledger_submit_request&) const { return error{ec::unsupported, "no"}; }
  body take(const ledger_restore_request& request) const {
    if (request.from == "laptop-b") return ledger_restore_reply{};
    return error{ec::not_found, "no member is called " + request.from};
  }
};

class text_output final : public text_sink {
public:
  status write(std::string_view more) override {
    text += more;
    return {};
  }
  status finish() override {
    ++finished;
    return {};
  }
  std::string text;
  int finished = 0;
};

} // namespace ppn::fake
