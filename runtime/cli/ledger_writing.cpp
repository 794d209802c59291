#include "runtime/cli/ledger_writing.hpp"

#include "messages/base/limits.hpp"
#include "runtime/cli/progress_line.hpp"
#include "runtime/cli/text_table.hpp"
#include "storage/ledger/secret_scan.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

namespace ppn {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t unanswered_most = 256;
constexpr std::uint64_t count_most = 100'000'000;

status check_reason(const ledger_note_options& given, const ledger_note_world& world) {
  if (given.reason.empty()) return fail(ec::invalid, "a note needs a --reason");
  if (given.count == 0 || given.count > count_most)
    return fail(ec::invalid, "--count takes 1 to " + std::to_string(count_most));
  // Room for a number behind it.
  const std::size_t most = limits::reason_octets - (given.count > 1 ? 10 : 0);
  if (given.reason.size() > most)
    return fail(ec::too_large, "the reason has " + std::to_string(given.reason.size()) +
                                 " octets, allowed " + std::to_string(most));
  auto secret = looks_like_secret(given.reason);
  if (!secret || given.yes) return {};
  auto yes = world.confirm("This text will be in the ledger for ever, and " + *secret +
                           ". Write it all the same?");
  if (!yes) return fail(yes.error().code, *secret + "; with --yes it is written all the same");
  return *yes ? status{} : fail(ec::needs_confirmation, "nothing was written");
}

// Many remarks, some of them on their way at once. Their answers may come in any order.
class note_writer {
public:
  note_writer(const ledger_note_options& given, const ledger_note_world& world)
      : given_(given), world_(world) {}

  status run();
  std::uint64_t entered() const { return entered_; }
  std::uint64_t first() const { return first_; }
  std::uint64_t last() const { return last_; }
  std::uint64_t size() const { return size_; }
  std::uint64_t degraded() const { return degraded_; }

private:
  status send(std::uint64_t number, const order_id& id);
  status send_new();
  status take_answer();
  status take_refusal(std::uint64_t number, const order_id& id, const error& why);

  struct note {
    std::uint64_t number = 0;
    order_id id;
  };
  const ledger_note_options& given_;
  const ledger_note_world& world_;
  std::map<std::uint64_t, note> waiting_; // by the question's id
  std::uint64_t sent_ = 0;
  std::uint64_t entered_ = 0;
  std::uint64_t first_ = ~std::uint64_t{0};
  std::uint64_t last_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t degraded_ = 0;
};

status note_writer::run() {
  progress_line line(given_.progress);
  while (entered_ < given_.count) {
    while (sent_ < given_.count && waiting_.size() < unanswered_most)
      if (status sent = send_new(); !sent) return sent;
    if (status taken = take_answer(); !taken) return taken;
    line.show(entered_, given_.count);
  }
  return {};
}

status note_writer::send_new() {
  order_id id;
  world_.random.fill(id.octets);
  return send(++sent_, id);
}

status note_writer::send(std::uint64_t number, const order_id& id) {
  std::string reason = given_.reason;
  if (given_.count > 1) reason += ' ' + std::to_string(number);
  auto asked = world_.daemon.send(ledger_note_request{given_.which, id, std::move(reason)});
  if (!asked) return fail(asked.error());
  waiting_.emplace(*asked, note{number, id});
  return {};
}

status note_writer::take_answer() {
  auto response = world_.daemon.receive_any();
  if (!response) return fail(response.error());
  const auto* refusal = std::get_if<error>(&response->body);
  if (refusal && response->id == 0) return fail(*refusal);
  auto at = waiting_.find(response->id);
  if (at == waiting_.end()) return fail(ec::malformed, "the daemon answered another question");
  const note done = at->second;
  waiting_.erase(at);
  if (refusal) return take_refusal(done.number, done.id, *refusal);
  const auto* reply = std::get_if<ledger_append_reply>(&response->body);
  if (!reply) return fail(ec::malformed, "the daemon answered another question");
  ++entered_;
  first_ = std::min(first_, reply->index);
  last_ = std::max(last_, reply->index);
  size_ = std::max(size_, reply->size);
  if (reply->degraded) ++degraded_;
  return {};
}

// A full queue empties while others of ours are on their way: the same order again, which is entered
// once however often it is sent.
status note_writer::take_refusal(std::uint64_t number, const order_id& id, const error& why) {
  if (why.code == ec::busy && !waiting_.empty()) return send(number, id);
  return fail(why);
}

std::string notes_json(const note_writer& done) {
  json document{{"schema", "ppn.ledger-note/1"}, {"count", done.entered()},
                {"first", done.first()},         {"last", done.last()},
                {"size", done.size()},           {"degraded", done.degraded()}};
  return document.dump(2, ' ', true, json::error_handler_t::replace) + '\n';
}

std::string plan_text(const ledger_note_options& given) {
  if (given.json)
    return json{{"schema", "ppn.ledger-note/1"},
                {"dry_run", true},
                {"count", given.count},
                {"ledger", std::string{to_string(given.which)}},
                {"reason", given.reason}}
             .dump(2, ' ', true, json::error_handler_t::replace) +
           '\n';
  return fmt::format("would enter {} into the {} ledger: {}\n",
                     given.count == 1 ? std::string{"a note"} : std::to_string(given.count) + " notes",
                     to_string(given.which), text::plain(given.reason));
}

std::string notes_text(const note_writer& done) {
  std::string text = done.entered() == 1
                       ? fmt::format("entry {}, size {}", done.first(), done.size())
                       : fmt::format("{} entries, {} to {}, size {}", done.entered(), done.first(),
                                     done.last(), done.size());
  if (done.degraded() > 0 && done.entered() == 1)
    text += "; fewer members hold it yet than the policy asks for";
  else if (done.degraded() > 0)
    text += fmt::format("; {} of them on fewer members than the policy asks for", done.degraded());
  return text + '\n';
}

} // namespace

status write_notes(const ledger_note_options& given, const ledger_note_world& world) {
  if (status checked = check_reason(given, world); !checked) return checked;
  if (given.dry_run) return world.output.write(plan_text(given));
  note_writer writer(given, world);
  if (status written = writer.run(); !written) {
    if (given.count == 1) return written;
    return fail(written.error().code, written.error().text + "; " +
                                        std::to_string(writer.entered()) + " of " +
                                        std::to_string(given.count) + " were entered");
  }
  return world.output.write(given.json ? notes_json(writer) : notes_text(writer));
}

status restore_ledger(control_channel& daemon, const std::string& from, text_sink& output,
                      bool as_json) {
  auto asked = daemon.ask<ledger_restore_reply>(ledger_restore_request{from});
  if (!asked) return fail(asked.error());
  if (as_json) return output.write(json{{"schema", "ppn.ledger-restore/1"}, {"asked", from}}.dump() + '\n');
  return output.write("asked " + from + " for its copy; ppn status shows what comes of it\n");
}

} // namespace ppn
