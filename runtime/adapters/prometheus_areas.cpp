// What a status says, as metrics: the node and its links, the members, the ledgers, the process.
#include "messages/base/assert.hpp"
#include "runtime/adapters/prometheus_figures.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace ppn {

namespace {

constexpr std::array states{member_state::expected, member_state::alive, member_state::suspect,
                            member_state::evicted};

double seconds_of(std::int64_t milliseconds) { return static_cast<double>(milliseconds) / 1000; }

template <class Rows, class State>
double of_state(const Rows& rows, const State& state) {
  return static_cast<double>(
    std::count_if(rows.begin(), rows.end(), [&](const auto& row) { return row.state == state; }));
}

void add_links(metric_families& to, const node_report& node) {
  for (std::string_view state : {"up", "dialing", "waiting", "idle"})
    add_sample(to, "ppn_links", of_state(node.links, state), {{"state", state}});
  double in = 0, out = 0, dropped = 0;
  for (const link_report& link : node.links) {
    in += static_cast<double>(link.frames_in);
    out += static_cast<double>(link.frames_out);
    dropped += static_cast<double>(link.dropped);
  }
  add_sample(to, "ppn_link_frames", in, {{"direction", "in"}});
  add_sample(to, "ppn_link_frames", out, {{"direction", "out"}});
  add_sample(to, "ppn_link_dropped", dropped);
}

// One metric over all members: its samples stand together.
template <class Value>
void of_each(metric_families& to, const fleet_view& view, std::string_view name, Value&& value) {
  for (const member_view& row : view.rows)
    add_sample(to, name, static_cast<double>(value(row)), {{"member", row.record.name}});
}

void add_capacities(metric_families& to, const fleet_view& view) {
  for (const member_view& row : view.rows) {
    const std::string& name = row.record.name;
    const node_capacity& has = row.capacity;
    auto ram = [&](std::string_view kind, std::uint64_t octets) {
      add_sample(to, "ppn_member_ram_bytes", static_cast<double>(octets),
                 {{"member", name}, {"kind", kind}});
    };
    ram("total", has.ram_total);
    ram("offered", has.ram_offered);
    ram("available", has.ram_available);
    ram("guests", has.ram_guests);
  }
  for (const member_view& row : view.rows)
    for (const disk_pool& pool : row.capacity.pools) {
      auto disk = [&](std::string_view kind, std::uint64_t octets) {
        add_sample(to, "ppn_member_disk_bytes", static_cast<double>(octets),
                   {{"member", row.record.name}, {"pool", pool.name}, {"kind", kind}});
      };
      disk("total", pool.total);
      disk("free", pool.free);
      disk("committed", pool.committed);
    }
  of_each(to, view, "ppn_member_cpus", [](const auto& row) { return row.capacity.cpus_offered; });
  of_each(to, view, "ppn_member_cpu_load_ratio",
          [](const auto& row) { return row.capacity.cpu_load_permille / 1000.0; });
  of_each(to, view, "ppn_member_guests", [](const auto& row) { return row.guests; });
  of_each(to, view, "ppn_member_guests_limit", [](const auto& row) { return row.capacity.guests_limit; });
}

template <class Value>
void of_ledgers(metric_families& to, const status_reply& now, std::string_view name, Value&& value) {
  for (const ledger_brief& each : now.ledgers)
    add_sample(to, name, static_cast<double>(value(each)), {{"ledger", to_string(each.which)}});
}

std::size_t entries_of_folder(const char* path) {
  DIR* folder = ::opendir(path);
  if (folder == nullptr) return 0;
  std::size_t entries = 0;
  while (::readdir(folder) != nullptr) ++entries;
  ::closedir(folder);
  return entries;
}

} // namespace

void add_node_metrics(metric_families& to, const status_reply& now) {
  const node_report& node = now.node;
  const fleet_view& view = now.view;
  add_sample(to, "ppn_build_info", 1, {{"version", node.version}});
  add_sample(to, "ppn_node_uptime_seconds", seconds_of(node.uptime_milliseconds));
  add_sample(to, "ppn_node_restarts_of_parts", static_cast<double>(node.child_restarts));
  add_sample(to, "ppn_controller", view.controller == node.id ? 1 : 0);
  add_sample(to, "ppn_view_age_seconds",
             node.view_age_milliseconds < 0 ? -1 : seconds_of(node.view_age_milliseconds));
  for (member_state state : states)
    add_sample(to, "ppn_members", of_state(view.rows, state), {{"state", to_string(state)}});
  add_sample(to, "ppn_controller_doubt", view.doubt.active ? 1 : 0);
  add_sample(to, "ppn_controller_doubts", static_cast<double>(view.doubt.episodes));
  add_links(to, node);
}

// Only where they are known first: a thousand nodes that each tell of a thousand would be a million series.
void add_member_metrics(metric_families& to, const status_reply& now) {
  const fleet_view& view = now.view;
  if (view.controller != now.node.id) return;
  for (const member_view& row : view.rows)
    for (member_state state : states)
      add_sample(to, "ppn_member_state", row.state == state ? 1 : 0,
                 {{"member", row.record.name}, {"state", to_string(state)}});
  of_each(to, view, "ppn_member_silence_seconds", [](const auto& row) {
    return seconds_of(std::max(row.silence_milliseconds, row.transition_silence_milliseconds));
  });
  of_each(to, view, "ppn_member_flapping", [](const auto& row) { return row.flapping ? 1 : 0; });
  of_each(to, view, "ppn_member_evictions", [](const auto& row) { return row.evictions; });
  of_each(to, view, "ppn_member_returns", [](const auto& row) { return row.returns; });
  of_each(to, view, "ppn_member_heartbeats", [](const auto& row) { return row.heartbeats; });
  of_each(to, view, "ppn_member_clock_skew_seconds",
          [](const auto& row) { return seconds_of(row.skew_milliseconds); });
  of_each(to, view, "ppn_member_lost", [](const auto& row) { return row.node_lost ? 1 : 0; });
  add_capacities(to, view);
}

void add_ledger_metrics(metric_families& to, const status_reply& now) {
  of_ledgers(to, now, "ppn_ledger_entries", [](const auto& each) { return each.size; });
  of_ledgers(to, now, "ppn_ledger_cosigned_entries",
             [](const auto& each) { return each.cosigned.value_or(0); });
  of_ledgers(to, now, "ppn_ledger_writer",
             [](const auto& each) { return each.part == ledger_part::writer ? 1 : 0; });
  of_ledgers(to, now, "ppn_ledger_ready", [](const auto& each) { return each.state == "ready" ? 1 : 0; });
  of_ledgers(to, now, "ppn_ledger_degraded", [](const auto& each) { return each.degraded ? 1 : 0; });
  of_ledgers(to, now, "ppn_ledger_evidence", [](const auto& each) { return each.evidence.size(); });
}

void add_process_metrics(metric_families& to) {
  unsigned long pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(file, "%*u %lu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  add_sample(to, "process_resident_memory_bytes",
             static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  add_sample(to, "process_cpu_seconds_total", seconds(used.ru_utime) + seconds(used.ru_stime));
  // Of both folders two entries are the folders themselves, and reading the first opens one more.
  add_sample(to, "process_open_fds", static_cast<double>(entries_of_folder("/proc/self/fd")) - 3);
  add_sample(to, "process_threads", static_cast<double>(entries_of_folder("/proc/self/task")) - 2);
}

} // namespace ppn
