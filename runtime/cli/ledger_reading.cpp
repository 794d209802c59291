#include "runtime/cli/ledger_reading.hpp"

#include "messages/wire/ledger_codec.hpp"
#include "runtime/cli/entry_stream.hpp"
#include "storage/log/proof_file.hpp"

#include <nlohmann/json.hpp>

namespace ppn {

namespace {

using json = nlohmann::ordered_json;

std::string render_json(const json& value) {
  return value.dump(2, ' ', true, json::error_handler_t::replace) + '\n';
}

// Names are for people: a node that does not know them yet shows ids.
views::node_names names_for(const ledger_reader& by) {
  views::node_names names;
  if (by.json) return names;
  auto status = by.daemon.ask<status_reply>(status_request{});
  if (!status) return names;
  for (const member_view& row : status->view.rows) names.emplace(row.record.id, row.record.name);
  return names;
}

result<std::uint64_t> size_of(const ledger_reader& by) {
  auto reply = by.daemon.ask<ledger_read_reply>(ledger_read_request{by.which, 0, 0});
  if (!reply) return fail(reply.error());
  return reply->size;
}

result<ledger_report> report_of(const ledger_reader& by) {
  auto reply = by.daemon.ask<ledger_report_reply>(ledger_report_request{by.which});
  if (!reply) return fail(reply.error());
  return std::move(reply->report);
}

error no_entry(std::uint64_t index, std::uint64_t size) {
  return {ec::not_found, "there is no entry " + std::to_string(index) + ": the ledger has " +
                           std::to_string(size) + " entries"};
}

result<bytes> read_entry(const ledger_reader& by, std::uint64_t index) {
  auto size = size_of(by);
  if (!size) return fail(size.error());
  if (index >= *size) return fail(no_entry(index, *size));
  entry_stream entries(by.daemon, by.which, index, index + 1);
  auto batch = entries.next();
  if (!batch) return fail(batch.error());
  return std::move(batch->entries.front());
}

std::string brief_line(std::uint64_t index, bytes_view octets, const views::node_names& names) {
  auto opened = wire::decode_entry(octets);
  if (opened) return views::entry_brief(index, *opened, names) + '\n';
  return std::to_string(index) + " cannot be read: " + render(opened.error()) + '\n';
}

} // namespace

status show_entry(const ledger_reader& by, std::uint64_t index) {
  auto octets = read_entry(by, index);
  if (!octets) return fail(octets.error());
  if (by.json)
    return by.output.write(views::export_entry(views::export_format::jsonl, index, *octets));
  auto opened = wire::decode_entry(*octets);
  if (!opened)
    return fail(opened.error().code,
                "entry " + std::to_string(index) + " cannot be read: " + opened.error().text);
  return by.output.write(views::entry_human(index, *opened, names_for(by)));
}

status show_tail(const ledger_reader& by, const ledger_tail_options& options) {
  const views::node_names names = names_for(by);
  auto write = [&](std::uint64_t index, bytes_view octets) {
    return by.output.write(by.json
                             ? views::export_entry(views::export_format::jsonl, index, octets)
                             : brief_line(index, octets, names));
  };
  auto size = size_of(by);
  if (!size) return fail(size.error());
  std::uint64_t next = *size - std::min(options.lines, *size);
  for (;;) {
    if (status shown = for_each_entry(by.daemon, by.which, next, *size, write); !shown) return shown;
    next = std::max(next, *size);
    if (!options.follow) return {};
    if (status out = by.output.finish(); !out) return out;
    if (!options.wait()) return {};
    size = size_of(by);
    if (!size) return fail(size.error());
  }
}

status export_ledger(const ledger_reader& by, views::export_format format,
                     const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  auto size = size_of(by);
  if (!size) return fail(size.error());
  if (status out = by.output.write(views::export_header(format)); !out) return out;
  status done =
    for_each_entry(by.daemon, by.which, 0, *size, [&](std::uint64_t index, bytes_view octets) {
      progress(index, *size);
      return by.output.write(views::export_entry(format, index, octets));
    });
  return done ? by.output.write(views::export_footer(format)) : done;
}

status show_checkpoint(const ledger_reader& by, bool cosigned) {
  auto report = report_of(by);
  if (!report) return fail(report.error());
  const std::string& note = cosigned ? report->cosigned : report->note;
  if (note.empty())
    return fail(ec::not_found, cosigned ? "no cosigned checkpoint is known here; the node that"
                                          " writes the ledger knows the newest"
                                        : "the ledger has no checkpoint yet");
  if (!by.json) return by.output.write(note);
  auto parsed = log::parse_note(view_of(note));
  if (!parsed) return fail(parsed.error());
  auto body = log::parse_checkpoint(parsed->text);
  if (!body) return fail(body.error());
  json signers = json::array();
  for (const log::note_signature& line : parsed->signatures)
    signers.push_back({{"name", line.name}, {"id", line.id.hex()}});
  return by.output.write(render_json({{"schema", "ppn.ledger-checkpoint/1"},
                                      {"origin", body->origin},
                                      {"size", body->size},
                                      {"root", body->root.hex()},
                                      {"signers", std::move(signers)},
                                      {"note", note}}));
}

status show_vkey(const ledger_reader& by) {
  auto report = report_of(by);
  if (!report) return fail(report.error());
  if (!by.json) return by.output.write(report->vkey + '\n');
  return by.output.write(render_json(
    {{"schema", "ppn.ledger-vkey/1"}, {"origin", report->origin}, {"vkey", report->vkey}}));
}

status prove_entry(const ledger_reader& by, std::uint64_t index) {
  auto entry = read_entry(by, index);
  if (!entry) return fail(entry.error());
  auto report = report_of(by);
  if (!report) return fail(report.error());
  auto key = log::parse_vkey(report->vkey);
  if (!key) return fail(key.error());
  auto reply = by.daemon.ask<ledger_proof_reply>(ledger_proof_request{by.which, index});
  if (!reply) return fail(reply.error());
  auto proof = log::parse_proof_file(view_of(reply->proof));
  if (!proof) return fail(ec::integrity, "the node's proof: " + proof.error().text);
  log::trust_policy trust;
  trust.logs = {*key};
  auto verified = log::verify_proof_file(*proof, *entry, trust);
  if (!verified || proof->index != index)
    return fail(ec::integrity, "the node's proof does not hold" +
                                 (verified ? std::string{} : ": " + verified.error().text));
  return by.output.write(reply->proof);
}

} // namespace ppn
