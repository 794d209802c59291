#include "runtime/cli/ledger_verify.hpp"

#include "runtime/cli/text_table.hpp"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ppn {

namespace {

using json = nlohmann::ordered_json;

constexpr const char* schema = "ppn.ledger-verify/1";
constexpr int usage_exit = 2;
constexpr int integrity_exit = 7;
constexpr int unreadable_exit = 1;

int exit_of(ec code) {
  if (code == ec::integrity) return integrity_exit;
  return code == ec::invalid ? usage_exit : unreadable_exit;
}

// -- what was asked -------------------------------------------------------------------------------

result<log::log_term> parse_term(std::string_view text) {
  // Names may hold an @, base64 does not.
  const std::size_t key_start = std::min(text.find('+', text.find('+') + 1), text.size());
  const std::size_t mark = text.find('@', key_start);
  log::log_term term;
  if (mark != text.npos) {
    auto size = log::parse_decimal(text.substr(mark + 1));
    if (!size) return fail(ec::invalid, "what follows the @ of a --vkey is no size");
    term.first_size = *size;
  }
  auto key = log::parse_vkey(text.substr(0, mark));
  if (!key) return fail(ec::invalid, "--vkey: " + key.error().text);
  if (key->type != log::key_type::ed25519)
    return fail(ec::invalid, "--vkey takes the key of a log; a witness goes with --witness");
  term.key = std::move(*key);
  return term;
}

status add_terms(const ledger_verify_options& given, log::trust_policy& trust) {
  if (given.vkeys.empty()) return fail(ec::invalid, "--vkey is missing: whose log is it?");
  for (const std::string& text : given.vkeys) {
    auto term = parse_term(text);
    if (!term) return fail(term.error());
    if (!trust.terms.empty() && term->first_size <= trust.terms.back().first_size)
      return fail(ec::invalid, "each further --vkey needs an @SIZE larger than the one before");
    trust.terms.push_back(std::move(*term));
  }
  return {};
}

result<log::trust_policy> trust_of(const ledger_verify_options& given) {
  log::trust_policy trust;
  if (status added = add_terms(given, trust); !added) return fail(added.error());
  for (const std::string& text : given.witnesses) {
    auto key = log::parse_vkey(text);
    if (!key) return fail(ec::invalid, "--witness: " + key.error().text);
    if (key->type != log::key_type::cosignature)
      return fail(ec::invalid, "--witness takes the key of a witness; a log goes with --vkey");
    trust.witnesses.push_back(std::move(*key));
  }
  const std::size_t count = trust.witnesses.size();
  trust.quorum = given.quorum.value_or(count == 0 ? 0 : count / 2 + 1);
  if (trust.quorum > count)
    return fail(ec::invalid,
                "a quorum of " + std::to_string(trust.quorum) + " needs as many --witness keys");
  return trust;
}

// -- what was found -------------------------------------------------------------------------------

// What the line or the object tells beside the audit's own report.
struct outcome {
  const log::audit_report& report;
  double seconds;

  const log::checkpoint& body() const { return report.checkpoint.body; }
};

json signers_json(const log::opened_checkpoint& opened) {
  json signers = json::array();
  for (const log::known_signature& line : opened.signatures) {
    json signer{{"name", line.key.name}, {"id", line.key.id.hex()}};
    const bool is_witness = line.key.type == log::key_type::cosignature;
    signer["kind"] = is_witness ? "witness" : "log";
    if (is_witness) signer["time"] = line.time;
    signers.push_back(std::move(signer));
  }
  return signers;
}

json note_json(const log::opened_checkpoint& opened) {
  return {{"size", opened.body.size},
          {"root", opened.body.root.hex()},
          {"witnesses", opened.witness_count},
          {"signers", signers_json(opened)}};
}

std::string render_json(const json& value) {
  return value.dump(2, ' ', true, json::error_handler_t::replace) + '\n';
}

std::string outcome_json(const outcome& found) {
  const log::audit_report& report = found.report;
  json document{{"schema", schema},
                {"verified", true},
                {"origin", found.body().origin},
                {"size", found.body().size},
                {"root", found.body().root.hex()},
                {"entries", found.body().size},
                {"files", report.files},
                {"leftovers", report.leftovers},
                {"ahead", report.ahead},
                {"seconds", found.seconds},
                {"signers", signers_json(report.checkpoint)}};
  document["cosigned"] = report.cosigned ? note_json(*report.cosigned) : json(nullptr);
  document["remembered"] = report.remembered ? json(*report.remembered) : json(nullptr);
  return render_json(document);
}

std::string failure_json(const log::audit_failure& failure) {
  json error{{"code", std::string(to_string(failure.what.code))}, {"text", failure.what.text}};
  error["place"] = failure.place.empty() ? json(nullptr) : json(failure.place);
  error["offset"] = failure.offset ? json(*failure.offset) : json(nullptr);
  error["entry"] = failure.entry ? json(*failure.entry) : json(nullptr);
  error["expected"] = failure.expected.empty() ? json(nullptr) : json(failure.expected);
  error["found"] = failure.found.empty() ? json(nullptr) : json(failure.found);
  return render_json({{"schema", schema}, {"verified", false}, {"error", std::move(error)}});
}

std::string signers_text(const log::opened_checkpoint& opened) {
  std::string text;
  for (const log::known_signature& line : opened.signatures)
    text += (text.empty() ? "" : ", ") + text::plain(line.key.name) + '+' + line.key.id.hex();
  return text;
}

std::string outcome_text(const outcome& found) {
  const log::audit_report& report = found.report;
  std::string text =
      fmt::format("verified    {}\nsize        {} entries\nroot        {}\n",
                  text::plain(found.body().origin), found.body().size, found.body().root.hex());
  text += fmt::format("files       {}, of them {} partial tiles of older checkpoints\n",
                      report.files, report.leftovers);
  if (report.ahead != 0)
    text +=
        fmt::format("unpublished {} files ahead of the checkpoint, not verified\n", report.ahead);
  text += fmt::format("signed by   {}\n", signers_text(report.checkpoint));
  if (report.cosigned)
    text += fmt::format("cosigned    {} entries, by {} witnesses: {}\n", report.cosigned->body.size,
                        report.cosigned->witness_count, signers_text(*report.cosigned));
  if (report.remembered)
    text +=
        fmt::format("extends     the remembered checkpoint of {} entries\n", *report.remembered);
  return text + fmt::format("seconds     {:.2f}\n", found.seconds);
}

ledger_verify_answer failed(const ledger_verify_options& given, const log::audit_failure& failure) {
  ledger_verify_answer answer;
  answer.exit = exit_of(failure.what.code);
  if (given.json)
    answer.output = failure_json(failure);
  else if (failure.place.empty())
    answer.problem = "ppn: " + text::plain(failure.what.text) + '\n';
  else
    answer.problem = "ppn: " + text::plain(log::to_text(failure)) + '\n';
  return answer;
}

ledger_verify_answer failed(const ledger_verify_options& given, error what) {
  return failed(given, log::audit_failure{std::move(what), {}, {}, {}, {}, {}});
}

// One line that is written over again and again, and gone at the end.
class progress_line {
public:
  explicit progress_line(bool is_shown) : is_shown_(is_shown) {}
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;
  ~progress_line() {
    if (is_shown_) std::fputs("\r\x1b[K", stderr);
  }

  void show(std::uint64_t done, std::uint64_t total) const {
    if (!is_shown_ || total == 0) return;
    constexpr std::size_t columns = 32;
    // Of a size below 2^63 the product may not fit; the quotient of doubles is close enough to look
    // at.
    const double part = static_cast<double>(done) / static_cast<double>(total);
    const auto filled = static_cast<std::size_t>(part * columns);
    const std::string line = fmt::format("\r[{}{}] {} of {} entries", std::string(filled, '#'),
                                         std::string(columns - filled, ' '), done, total);
    std::fputs(line.c_str(), stderr);
    std::fflush(stderr);
  }

private:
  bool is_shown_;
};

} // namespace

ledger_verify_answer verify_ledger(const ledger_verify_options& given,
                                   const ledger_verify_world& world) {
  auto trust = trust_of(given);
  if (!trust) return failed(given, trust.error());
  log::audit_options options;
  if (!given.checkpoint.empty()) {
    auto note = world.read_file(given.checkpoint);
    if (!note) return failed(given, note.error());
    // An empty file is no checkpoint either; the audit would take it for none at all.
    if (note->empty()) return failed(given, error{ec::integrity, given.checkpoint + " is empty"});
    options.remembered = std::string(text_of(*note));
  }
  auto folder = world.open_folder(given.tiles);
  if (!folder) return failed(given, folder.error());
  options.is_growing = given.growing;
  options.runner = world.runner;
  const progress_line line(given.progress && world.is_terminal);
  options.progress = [&line](std::uint64_t done, std::uint64_t total) { line.show(done, total); };
  const nanoseconds begin = world.now();
  auto audited = log::audit_tiles(**folder, *trust, options);
  if (!audited) return failed(given, audited.error());
  const std::chrono::duration<double> taken = world.now() - begin;
  const outcome found{*audited, taken.count()};
  return {0, given.json ? outcome_json(found) : outcome_text(found), {}};
}

} // namespace ppn
