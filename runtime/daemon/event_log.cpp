#include "runtime/daemon/event_log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ppn {

namespace {

using json = nlohmann::ordered_json;

struct entry {
  log_level level = log_level::info;
  std::string_view event;
  json fields = json::object();
};

std::string_view to_string(log_level level) {
  switch (level) {
  case log_level::debug: return "debug";
  case log_level::info: return "info";
  case log_level::warning: return "warning";
  case log_level::error: return "error";
  }
  return "info";
}

// Turns events into entries. Names of members instead of keys, where the fleet's record has them.
struct formatter {
  const membership* members;

  std::string name_of(const node_id& id) const {
    const member_record* record = members != nullptr ? members->find(id) : nullptr;
    return record != nullptr ? record->name : id.brief();
  }
  static std::string text(const stream_endpoint& at) {
    return at.port == 0 ? at.address : at.address + ":" + std::to_string(at.port);
  }

  entry operator()(const event::message_accepted& e) const {
    return {log_level::debug, "message-accepted", {{"peer", name_of(e.from)}, {"kind", e.kind}}};
  }
  entry operator()(const event::link_up& e) const {
    return {log_level::info, "link-up", {{"peer", name_of(e.peer)}, {"dialed", e.dialed}}};
  }
  entry operator()(const event::link_down& e) const {
    return {log_level::info, "link-down", {{"peer", name_of(e.peer)}, {"reason", render(e.reason)}}};
  }
  entry operator()(const event::refused& e) const {
    return {log_level::warning, "refused",
            {{"reason", e.reason}, {"from", e.from}, {"text", e.text}}};
  }
  entry operator()(const event::listening& e) const {
    return {log_level::info, "listening", {{"at", text(e.at)}}};
  }
  entry operator()(const event::listen_failed& e) const {
    return {log_level::error, "listen-failed", {{"at", text(e.at)}, {"reason", render(e.reason)}}};
  }
  entry operator()(const event::member_moved& e) const {
    bool back = e.from == member_state::evicted;
    return {e.to == member_state::alive ? log_level::info : log_level::warning,
            back                              ? "member-back"
            : e.to == member_state::alive     ? "member-alive"
            : e.to == member_state::suspect   ? "member-suspect"
                                              : "member-evicted",
            {{"member", name_of(e.member)},
             {"id", e.member.brief()},
             {"silence_ms", to_milliseconds(e.silence)},
             {"flapping", e.flapping}}};
  }
  entry operator()(const event::doubt_changed& e) const {
    return {e.doubt.active ? log_level::error : log_level::info,
            e.doubt.active ? "controller-doubts-itself" : "controller-doubt-ended",
            {{"silent", e.doubt.silent}, {"members", e.doubt.members}}};
  }
  entry operator()(const event::controller_slept& e) const {
    return {log_level::warning, "controller-slept", {{"shift_ms", to_milliseconds(e.shift)}}};
  }
  entry operator()(const event::guests_marked_lost& e) const {
    return {log_level::warning, "guests-marked-lost", {{"member", name_of(e.member)}}};
  }
  entry operator()(const event::view_adopted& e) const {
    return {log_level::debug, "view-adopted",
            {{"version", e.stamp.version}, {"rows", e.rows}, {"in_pool", e.in_pool}}};
  }
  entry operator()(const event::host_sample_failed& e) const {
    return {log_level::error, "host-sample-failed", {{"reason", render(e.reason)}}};
  }
  entry operator()(const event::node_started& e) const {
    return {log_level::info, "node-started", {{"id", e.id.hex()}, {"run", e.run.value}}};
  }
  entry operator()(const event::child_restarted& e) const {
    return {log_level::error, "child-restarted", {{"child", e.child}, {"reason", e.reason}}};
  }
  entry operator()(const event::node_gave_up& e) const {
    return {log_level::error, "node-gave-up", {{"child", e.child}}};
  }
  entry operator()(const event::node_stopped&) const { return {log_level::info, "node-stopped"}; }
  entry operator()(const event::ledger_committed& e) const {
    return {log_level::debug, "ledger-committed",
            {{"log", e.origin}, {"part", to_string(e.part)}, {"size", e.size}, {"root", e.root.hex()}}};
  }
  entry operator()(const event::ledger_acknowledged& e) const {
    return {log_level::debug, "ledger-acknowledged",
            {{"log", e.origin}, {"index", e.index}, {"degraded", e.degraded}}};
  }
  entry operator()(const event::ledger_accused& e) const {
    return {log_level::error, "ledger-evidence",
            {{"kind", to_string(e.what.what)},
             {"log", e.what.origin},
             {"index", e.what.size},
             {"expected", e.what.expected.hex()},
             {"found", e.what.found.hex()},
             {"peer", name_of(e.what.peer)},
             {"text", e.what.text}}};
  }
  entry operator()(const event::ledger_state_changed& e) const {
    bool good = e.state == "ready" || e.state == "opened";
    return {good ? log_level::info : log_level::warning, "ledger-state",
            {{"log", e.origin}, {"state", e.state}, {"why", e.why}}};
  }
  entry operator()(const event::ledger_cosigned& e) const {
    return {log_level::debug, "ledger-cosigned",
            {{"log", e.origin}, {"size", e.size}, {"root", e.root.hex()}}};
  }
  entry operator()(const event::witness_refused& e) const {
    return {log_level::error, "witness-refused",
            {{"log", e.origin}, {"status", e.status}, {"why", e.why}}};
  }
  entry operator()(const event::control_connected& e) const {
    return {log_level::debug, "control-connected", {{"uid", e.by.uid}, {"pid", e.by.pid}}};
  }
};

std::string stamp(wall_time now) {
  auto ms = to_milliseconds(now.time_since_epoch());
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(ms / 1000)),
                     ms % 1000);
}

// Texts of peers may hold anything: what is not UTF-8 is replaced, never thrown about.
std::string safe_dump(const json& value) {
  return value.dump(-1, ' ', true, json::error_handler_t::replace);
}

std::string text_line(const std::string& when, const std::string& node, const entry& what) {
  std::string line = fmt::format("{} {:<7} {} node={}", when, to_string(what.level), what.event, node);
  for (const auto& [key, value] : what.fields.items())
    line += fmt::format(" {}={}", key, safe_dump(value));
  return line;
}

std::string json_line(const std::string& when, const std::string& node, const entry& what) {
  json line{{"time", when}, {"level", to_string(what.level)}, {"event", what.event}, {"node", node}};
  line.update(what.fields);
  return safe_dump(line);
}

} // namespace

void event_log::configure(const log_settings& settings) {
  std::lock_guard lock(mutex_);
  settings_ = settings;
}

void event_log::use_names(membership_ptr members) {
  std::lock_guard lock(mutex_);
  members_ = std::move(members);
}

void event_log::on(const node_event& what) {
  std::lock_guard lock(mutex_);
  // The one frequent event costs nothing unless somebody wants to see it.
  if (settings_.level > log_level::debug && std::holds_alternative<event::message_accepted>(what))
    return;
  entry line = std::visit(formatter{members_.get()}, what);
  if (line.level < settings_.level) return;
  // Whoever reaches a port can be refused as often as he likes; the log is not his to fill.
  if (std::holds_alternative<event::refused>(what) && !flood_.admit(time_.monotonic())) return;
  if (auto kept_back = flood_.take_suppressed()) line.fields["suppressed_before"] = kept_back;
  write(line.level, line.event, safe_dump(line.fields));
}

// `fields` is a JSON object's text.
void event_log::write(log_level level, std::string_view event, const std::string& fields) {
  entry line{level, event, json::parse(fields)};
  auto when = stamp(time_.wall());
  auto text = settings_.format == log_format::json ? json_line(when, node_, line)
                                                   : text_line(when, node_, line);
  fmt::print(out_, "{}\n", text);
  std::fflush(out_);
}

void event_log::say(log_level level, std::string_view event, std::string_view key,
                    std::string_view value) {
  std::lock_guard lock(mutex_);
  if (level < settings_.level) return;
  write(level, event, safe_dump({{std::string{key}, value}}));
}

bool flood_gate::admit(mono_time now) {
  if (now >= window_ + window_length) {
    window_ = now;
    admitted_ = 0;
  }
  if (admitted_ < burst) {
    ++admitted_;
    return true;
  }
  ++suppressed_;
  return false;
}

} // namespace ppn
