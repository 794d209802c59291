#include "messages/metrics.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>
#include <iterator>

namespace ppn {

namespace {

constexpr auto counter = metric_kind::counter;
constexpr auto gauge = metric_kind::gauge;

constexpr metric_description table[] = {
  // This node.
  {"ppn_build_info", gauge, "version", "1, with the version of the daemon.", "compare versions across nodes"},
  {"ppn_node_uptime_seconds", gauge, "", "Since this daemon started.", "small: it restarted, see its log"},
  {"ppn_node_restarts_of_parts", gauge, "",
   "How many of the daemon's parts were started anew since it started.",
   "any: look for child-restarted in its log"},
  {"ppn_controller", gauge, "", "1 on the node that keeps the registry, 0 elsewhere.",
   "the sum over the fleet is 1"},
  {"ppn_view_age_seconds", gauge, "",
   "Age of the picture of the fleet that this node holds; -1 before the first.",
   "over 30: the controller is not heard here"},
  {"ppn_host_sample_failures_total", counter, "", "Samples of the machine or its hypervisor that failed.",
   "see HypervisorUnreachable"},
  {"ppn_refusals_total", counter, "reason", "Connections and frames that were turned away.",
   "ppn status shows them; a burst is somebody knocking"},
  {"ppn_control_connections_total", counter, "", "Connections of operators' tools.", "nothing"},

  // The fleet, as this node sees it.
  {"ppn_members", gauge, "state", "Members by state.", "see NodeSuspect and NodeEvicted"},
  {"ppn_controller_doubt", gauge, "", "1 while the controller doubts itself: it evicts nobody then.",
   "see MassSilence"},
  {"ppn_controller_doubts", gauge, "", "How often it did, since it started.", "see MassSilence"},
  {"ppn_controller_slept_total", counter, "", "How often the controller did not run for a while.",
   "an overloaded machine, or one that was suspended"},
  {"ppn_member_transitions_total", counter, "to", "Changes of members' states, on the controller.",
   "see NodeSuspect and NodeEvicted"},

  // Each member, on the controller only.
  {"ppn_member_state", gauge, "member,state", "1 for the state that the member is in, 0 for the others.",
   "ppn explain STATE"},
  {"ppn_member_silence_seconds", gauge, "member", "Since the member was heard last.", "see NodeSuspect"},
  {"ppn_member_flapping", gauge, "member", "1 while it comes and goes.", "look at its network"},
  {"ppn_member_evictions", gauge, "member", "How often it was evicted, as the controller remembers.",
   "see NodeEvicted"},
  {"ppn_member_returns", gauge, "member", "How often it came back.", "nothing"},
  {"ppn_member_heartbeats", gauge, "member", "Heartbeats that were taken of it.", "it grows by six a minute"},
  {"ppn_member_clock_skew_seconds", gauge, "member", "Its wall clock less the controller's.",
   "see ClockSkew"},
  {"ppn_member_ram_bytes", gauge, "member,kind",
   "Memory: total, offered to the pool, available as measured, guests (nominal).", "see RamMarginLow"},
  {"ppn_member_cpus", gauge, "member", "Virtual CPUs that it offers.", "nothing"},
  {"ppn_member_cpu_load_ratio", gauge, "member", "Load of its CPUs, 1 is all of them.", "move guests away"},
  {"ppn_member_disk_bytes", gauge, "member,pool,kind", "Folders for disks: total, free, committed.",
   "free space or add a pool"},
  {"ppn_member_guests", gauge, "member", "Guests that it reports.", "nothing"},
  {"ppn_member_guests_limit", gauge, "member", "Guests that it takes at most.", "nothing"},
  {"ppn_member_lost", gauge, "member", "1 while its guests are recorded as lost.", "see OrphanGuest"},

  // Links.
  {"ppn_links", gauge, "state", "Links to other members by state.", "see HandshakeOld"},
  {"ppn_link_frames", gauge, "direction", "Frames of all links, in and out, since the daemon started.",
   "nothing"},
  {"ppn_link_dropped", gauge, "", "Messages that links gave up, since the daemon started.",
   "a peer that does not read, or a bad network"},
  {"ppn_link_ups_total", counter, "", "Links that came up.", "many: the network comes and goes"},
  {"ppn_link_downs_total", counter, "", "Links that broke.", "many: the network comes and goes"},
  {"ppn_pairing_failed_tries_total", counter, "", "Wrong codes of joining.", "see PairingFailedTries"},

  // Ledgers: `fleet` is this node's copy of the fleet's, `own` the node's own.
  {"ppn_ledger_entries", gauge, "ledger", "Entries that are durable here.", "see CheckpointStale"},
  {"ppn_ledger_cosigned_entries", gauge, "ledger",
   "Entries under the largest cosigned checkpoint known here.",
   "see LedgerNotCosigned"},
  {"ppn_ledger_writer", gauge, "ledger", "1 where this node writes it.", "nothing"},
  {"ppn_ledger_ready", gauge, "ledger", "1 while it works, 0 while it is read only, asks or has failed.",
   "ppn status says why"},
  {"ppn_ledger_degraded", gauge, "ledger", "1 while answers do not wait for a second copy.",
   "see which members are reachable"},
  {"ppn_ledger_evidence", gauge, "ledger", "Pieces of evidence against it that are known here.",
   "see LedgerForked"},
  {"ppn_ledger_commits_total", counter, "", "Commits of all ledgers of this node.", "nothing"},
  {"ppn_ledger_committed_entries_total", counter, "", "Entries in those commits.", "nothing"},
  {"ppn_ledger_acknowledged_total", counter, "degraded", "Orders that were acknowledged.",
   "degraded: on fewer copies than the policy asks for"},
  {"ppn_ledger_accusations_total", counter, "kind", "Evidence that came up since the daemon started.",
   "see LedgerForked"},
  {"ppn_witness_refusals_total", counter, "", "Checkpoints that this node's witness refused.",
   "see LedgerForked"},
  {"ppn_ledger_last_commit_timestamp_seconds", gauge, "", "Wall time of the last commit of any ledger.",
   "see CheckpointStale"},

  // The process.
  {"process_resident_memory_bytes", gauge, "", "Resident memory.", "compare with docs/PERFORMANCE.md"},
  {"process_cpu_seconds_total", counter, "", "CPU time, user and system.",
   "compare with docs/PERFORMANCE.md"},
  {"process_open_fds", gauge, "", "Open file descriptors.", "growing: report it"},
  {"process_threads", gauge, "", "Threads.", "nothing"},
};

} // namespace

metric_table all_metrics() { return {std::begin(table), std::end(table)}; }

const metric_description& metric_named(std::string_view name) {
  auto at = std::find_if(std::begin(table), std::end(table),
                         [&](const metric_description& each) { return each.name == name; });
  PPN_ASSERT(at != std::end(table));
  return *at;
}

} // namespace ppn
