#include "runtime/cli/ledger_live_verify.hpp"

#include "runtime/cli/entry_stream.hpp"
#include "runtime/cli/progress_line.hpp"
#include "runtime/cli/text_table.hpp"
#include "storage/log/checkpoint.hpp"
#include "storage/log/merkle.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

namespace ppn {

namespace {

using json = nlohmann::ordered_json;

constexpr const char* schema = "ppn.ledger-verify/1";
// A copy that is catching up remembers a checkpoint before it holds all of its entries.
constexpr int looks_most = 10;

struct failure {
  error what;
  std::optional<std::uint64_t> entry = std::nullopt;
};
template <class T>
using verified = tl::expected<T, failure>;

tl::unexpected<failure> wrong(error what) { return tl::unexpected<failure>(failure{std::move(what)}); }
tl::unexpected<failure> wrong(ec code, std::string text) { return wrong(error{code, std::move(text)}); }

struct found {
  log::opened_checkpoint checkpoint;
  std::optional<log::opened_checkpoint> cosigned;
  std::optional<std::uint64_t> remembered;
  double seconds = 0;
};

// -- what to believe -------------------------------------------------------------------------------------

result<log::trust_policy> trust_of(const live_verify_options& given, const std::string& vkey) {
  log::trust_policy trust;
  auto key = log::parse_vkey(vkey);
  if (!key) return fail(ec::invalid, "--vkey: " + key.error().text);
  if (key->type != log::key_type::ed25519)
    return fail(ec::invalid, "--vkey takes the key of a log; a witness goes with --witness");
  trust.logs = {std::move(*key)};
  for (const std::string& text : given.witnesses) {
    auto witness = log::parse_vkey(text);
    if (!witness) return fail(ec::invalid, "--witness: " + witness.error().text);
    if (witness->type != log::key_type::cosignature)
      return fail(ec::invalid, "--witness takes the key of a witness; a log goes with --vkey");
    trust.witnesses.push_back(std::move(*witness));
  }
  const std::size_t count = trust.witnesses.size();
  trust.quorum = given.quorum.value_or(count == 0 ? 0 : count / 2 + 1);
  if (trust.quorum > count)
    return fail(ec::invalid,
                "a quorum of " + std::to_string(trust.quorum) + " needs as many --witness keys");
  return trust;
}

verified<log::opened_checkpoint> open_note(const std::string& note, const log::trust_policy& trust,
                                           std::string_view what) {
  auto opened = log::open_checkpoint(view_of(note), trust);
  if (!opened)
    return wrong(ec::integrity, std::string(what) + " does not hold: " + opened.error().text);
  return std::move(*opened);
}

// -- one run ---------------------------------------------------------------------------------------------

class live_verifier {
public:
  live_verifier(const live_verify_options& given, const live_verify_world& world)
      : given_(given), world_(world) {}

  verified<found> run();

private:
  verified<ledger_report> settled_report();
  verified<void> open_notes(const ledger_report& report);
  verified<void> recall_last(const ledger_report& report);
  verified<void> walk();
  verified<void> compare(std::string_view what, std::uint64_t size, const digest& root) const;
  verified<void> compare_all() const;

  const live_verify_options& given_;
  const live_verify_world& world_;
  found found_;
  std::optional<log::checkpoint> last_; // what was verified here before
  std::map<std::uint64_t, digest> roots_; // at the sizes that matter
};

// The report of a moment when all of its checkpoint's entries are held.
verified<ledger_report> live_verifier::settled_report() {
  for (int looks = 0; looks < looks_most; ++looks) {
    auto reply =
      world_.daemon.ask<ledger_report_reply>(ledger_report_request{given_.which});
    if (!reply) return wrong(reply.error());
    ledger_report& report = reply->report;
    if (report.note.empty()) return wrong(ec::not_found, "the ledger has no checkpoint yet");
    auto note = log::parse_note(view_of(report.note));
    auto body = note ? log::parse_checkpoint(note->text) : fail(note.error());
    if (!body)
      return wrong(ec::integrity, "the checkpoint does not hold: " + body.error().text);
    if (body->size <= report.size) return std::move(report);
    if (!world_.wait()) return wrong(ec::stopping, "interrupted");
  }
  return wrong(ec::busy, "this copy does not hold all entries of its checkpoint yet: try again");
}

verified<void> live_verifier::open_notes(const ledger_report& report) {
  auto trust = trust_of(given_, given_.vkey.empty() ? report.vkey : given_.vkey);
  if (!trust) return wrong(trust.error());
  log::trust_policy log_only = *trust;
  log_only.quorum = 0;
  auto opened = open_note(report.note, log_only, "the checkpoint");
  if (!opened) return tl::unexpected<failure>(opened.error());
  found_.checkpoint = std::move(*opened);
  if (report.cosigned.empty()) {
    if (trust->quorum == 0) return {};
    return wrong(ec::integrity, "no cosigned checkpoint is known here, and a quorum of " +
                                  std::to_string(trust->quorum) + " was asked for");
  }
  auto cosigned = open_note(report.cosigned, *trust, "the cosigned checkpoint");
  if (!cosigned) return tl::unexpected<failure>(cosigned.error());
  if (cosigned->body.size > found_.checkpoint.body.size)
    return wrong(ec::integrity, "the cosigned checkpoint is of more entries than the ledger has");
  found_.cosigned = std::move(*cosigned);
  return {};
}

verified<void> live_verifier::recall_last(const ledger_report& report) {
  const log::checkpoint& now = found_.checkpoint.body;
  const std::string name = remembered_name(now.origin);
  auto text = world_.recall(name);
  if (!text && text.error().code == ec::not_found) return {};
  if (!text) return wrong(text.error());
  auto note = log::parse_note(view_of(*text));
  auto body = note ? log::parse_checkpoint(note->text) : fail(note.error());
  if (!body || body->origin != now.origin)
    return wrong(ec::integrity, "what was remembered of this log cannot be read: " + name);
  if (body->size > now.size) {
    std::string sizes = std::to_string(now.size) + " entries here, " + std::to_string(body->size) +
                        " when it was last verified";
    if (report.part == ledger_part::writer)
      return wrong(ec::integrity, "the ledger became shorter: " + sizes);
    return wrong(ec::stale, "this copy is behind: " + sizes);
  }
  last_ = std::move(*body);
  found_.remembered = last_->size;
  return {};
}

verified<void> live_verifier::walk() {
  const std::uint64_t size = found_.checkpoint.body.size;
  std::vector<std::uint64_t> marks{size};
  if (last_) marks.push_back(last_->size);
  if (found_.cosigned) marks.push_back(found_.cosigned->body.size);
  log::frontier tree;
  auto mark = [&] {
    if (std::find(marks.begin(), marks.end(), tree.size()) != marks.end())
      roots_[tree.size()] = tree.root();
  };
  mark();
  progress_line line(given_.progress);
  entry_stream entries(world_.daemon, given_.which, 0, size);
  while (!entries.at_end()) {
    auto batch = entries.next();
    if (!batch) return tl::unexpected<failure>(failure{batch.error(), entries.wrong_entry()});
    for (const digest& leaf : batch->leaves) {
      tree.append(leaf);
      mark();
    }
    line.show(tree.size(), size);
  }
  return {};
}

verified<void> live_verifier::compare(std::string_view what, std::uint64_t size,
                                      const digest& root) const {
  const digest& computed = roots_.at(size);
  if (computed == root) return {};
  return wrong(ec::integrity, std::string(what) + " of " + std::to_string(size) +
                                " entries has the root " + root.hex() + ", its entries have " +
                                computed.hex());
}

// The oldest first: a difference there is the first wrong thing.
verified<void> live_verifier::compare_all() const {
  if (last_)
    if (auto same = compare("the remembered checkpoint", last_->size, last_->root); !same) return same;
  if (found_.cosigned) {
    const log::checkpoint& body = found_.cosigned->body;
    if (auto same = compare("the cosigned checkpoint", body.size, body.root); !same) return same;
  }
  const log::checkpoint& body = found_.checkpoint.body;
  return compare("the checkpoint", body.size, body.root);
}

verified<found> live_verifier::run() {
  const nanoseconds begin = world_.now();
  auto report = settled_report();
  if (!report) return tl::unexpected<failure>(report.error());
  if (auto opened = open_notes(*report); !opened) return tl::unexpected<failure>(opened.error());
  if (auto recalled = recall_last(*report); !recalled)
    return tl::unexpected<failure>(recalled.error());
  if (auto walked = walk(); !walked) return tl::unexpected<failure>(walked.error());
  if (auto same = compare_all(); !same) return tl::unexpected<failure>(same.error());
  const std::string name = remembered_name(found_.checkpoint.body.origin);
  if (status kept = world_.remember(name, report->note); !kept)
    return wrong(kept.error().code, "verified, but it cannot be remembered: " + kept.error().text);
  found_.seconds = std::chrono::duration<double>(world_.now() - begin).count();
  return std::move(found_);
}

// -- what is told ----------------------------------------------------------------------------------------

json signers_json(const log::opened_checkpoint& opened) {
  json signers = json::array();
  for (const log::known_signature& line : opened.signatures) {
    const bool is_witness = line.key.type == log::key_type::cosignature;
    json signer{{"name", line.key.name},
                {"id", line.key.id.hex()},
                {"kind", is_witness ? "witness" : "log"}};
    if (is_witness) signer["time"] = line.time;
    signers.push_back(std::move(signer));
  }
  return signers;
}

std::string render_json(const json& value) {
  return value.dump(2, ' ', true, json::error_handler_t::replace) + '\n';
}

std::string found_json(const live_verify_options& given, const found& what) {
  const log::checkpoint& body = what.checkpoint.body;
  json document{{"schema", schema},
                {"verified", true},
                {"origin", body.origin},
                {"size", body.size},
                {"root", body.root.hex()},
                {"entries", body.size},
                {"key", given.vkey.empty() ? "node" : "given"},
                {"seconds", what.seconds},
                {"signers", signers_json(what.checkpoint)}};
  document["cosigned"] = nullptr;
  if (what.cosigned)
    document["cosigned"] = {{"size", what.cosigned->body.size},
                            {"root", what.cosigned->body.root.hex()},
                            {"witnesses", what.cosigned->witness_count},
                            {"signers", signers_json(*what.cosigned)}};
  document["remembered"] = what.remembered ? json(*what.remembered) : json(nullptr);
  return render_json(document);
}

std::string signers_text(const log::opened_checkpoint& opened) {
  std::string text;
  for (const log::known_signature& line : opened.signatures)
    text += (text.empty() ? "" : ", ") + text::plain(line.key.name) + '+' + line.key.id.hex();
  return text;
}

std::string found_text(const live_verify_options& given, const found& what) {
  const log::checkpoint& body = what.checkpoint.body;
  std::string text =
    fmt::format("verified    {}\nsize        {} entries\nroot        {}\nsigned by   {}{}\n",
                text::plain(body.origin), body.size, body.root.hex(), signers_text(what.checkpoint),
                given.vkey.empty() ? " (the node's own word; --vkey KEY is independent of it)" : "");
  if (what.cosigned)
    text += fmt::format("cosigned    {} entries, by {} of the witnesses given: {}\n",
                        what.cosigned->body.size, what.cosigned->witness_count,
                        signers_text(*what.cosigned));
  if (what.remembered)
    text += fmt::format("extends     the {} entries that were verified before\n", *what.remembered);
  return text + fmt::format("seconds     {:.2f}\n", what.seconds);
}

live_verify_answer failed(const live_verify_options& given, const failure& what) {
  live_verify_answer answer;
  answer.exit = exit_code(what.what.code);
  if (!given.json) {
    answer.problem = "ppn: " + text::plain(render(what.what)) + '\n';
    return answer;
  }
  json error{{"code", std::string(to_string(what.what.code))}, {"text", what.what.text}};
  error["entry"] = what.entry ? json(*what.entry) : json(nullptr);
  answer.output = render_json({{"schema", schema}, {"verified", false}, {"error", std::move(error)}});
  return answer;
}

} // namespace

std::string remembered_name(std::string_view origin) {
  std::string name(origin);
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.';
    if (!plain) c = '_';
  }
  // Whatever a node calls its log, the file lies in our folder and is not hidden.
  if (name.starts_with('.')) name.front() = '_';
  return name.substr(0, 200) + ".checkpoint";
}

live_verify_answer verify_live(const live_verify_options& given, const live_verify_world& world) {
  auto found = live_verifier(given, world).run();
  if (!found) return failed(given, found.error());
  return {0, given.json ? found_json(given, *found) : found_text(given, *found), {}};
}

} // namespace ppn
