#include "actors/control_state.hpp"
#include "actors/status_collector.hpp"
#include "storage/log/checkpoint.hpp"

#include <caf/response_handle.hpp>

namespace ppn {

namespace {

std::optional<std::uint64_t> size_of(std::string_view signed_note) {
  auto note = log::parse_note(view_of(signed_note));
  if (!note) return std::nullopt;
  auto body = log::parse_checkpoint(note->text);
  return body ? std::optional{body->size} : std::nullopt;
}

} // namespace

ledger_brief brief_of(ledger_choice which, const ledger_report& report) {
  ledger_brief to{which,       report.origin, report.part,     report.size,
                  report.root, report.state,  report.why,      report.degraded,
                  size_of(report.cosigned), {}};
  for (const ledger_evidence& each : report.evidence) to.evidence.push_back(render(each));
  return to;
}

void control_state::take(const asker& to, const status_request&) {
  node_report node;
  node.id = options.self;
  node.name = options.name;
  node.version = options.version;
  node.fleet = options.members->fleet;
  collect_status(self, others, std::move(node), [this, to](result<status_reply> collected) {
    if (collected)
      reply(to, std::move(*collected));
    else
      reply(to, collected.error());
  });
}

} // namespace ppn
