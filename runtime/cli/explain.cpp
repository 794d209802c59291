#include "runtime/cli/explain.hpp"

#include "messages/metrics.hpp"

#include <algorithm>
#include <array>

namespace ppn {

namespace {

constexpr auto code = topic::error_code;
constexpr auto exits = topic::exit_code;
constexpr auto daemon = topic::daemon_exit;
constexpr auto alert = topic::alert;
constexpr auto state = topic::state;

constexpr explanation table[] = {
  // The codes of messages/base/error.hpp; a test holds that none is missing.
  {code, "none", "nothing went wrong", "nothing"},
  {code, "busy", "a bounded queue is full", "try again in a moment"},
  {code, "unreachable", "nobody answers there, and nothing was sent",
   "see whether the daemon runs and which socket is meant: ppn doctor"},
  {code, "timed-out", "no answer came in time, so the outcome is unknown",
   "look at the state before trying again: ppn status, ppn ledger tail"},
  {code, "stale", "what the request builds on has changed since", "look again, then decide again"},
  {code, "needs-confirmation", "nobody confirmed what cannot be undone",
   "run it on a terminal, or give the confirmation that the text names"},
  {code, "refused", "a rule of the fleet says no", "read which rule it is; the text names it"},
  {code, "invalid", "the request is wrong", "correct it; the verb's --help has examples"},
  {code, "malformed", "octets from outside do not parse", "distrust their source, then look at versions"},
  {code, "unauthentic", "a signature, MAC or key is wrong", "distrust the source; compare the keys"},
  {code, "too-large", "a stated limit is exceeded", "ask for less, or in parts"},
  {code, "not-found", "there is nothing of that name", "list what there is: ppn status"},
  {code, "exists", "it is there already, with other content",
   "choose another name, or look at what is there"},
  {code, "unsupported", "this build, peer or back end cannot do it", "compare versions: ppn version"},
  {code, "no-space", "the disk is full; reading goes on", "free space, then try again"},
  {code, "io-failed", "a disk or a network card failed", "look at the kernel's log and the disk"},
  {code, "integrity", "what is stored is not what was written",
   "stop writing; keep the folder as evidence; ppn ledger restore --from MEMBER"},
  {code, "in-use", "another process holds the address or the folder", "find it: ss -ltnp, fuser"},
  {code, "permission", "rights are missing", "run as root or as the daemon's user"},
  {code, "stopping", "the process is going away, or was interrupted", "try again when it is back"},
  {code, "internal", "an error of ours, caught", "report it with the line and the daemon's log"},

  {exits, "0", "done", "nothing"},
  {exits, "1", "failed", "read the line; ppn explain CODE"},
  {exits, "2", "the command line is wrong", "see --help of the verb"},
  {exits, "3", "refused by a rule or for want of rights", "the line names the rule"},
  {exits, "4", "the node cannot be reached", "ppn doctor"},
  {exits, "5", "a conflict, or what was known is stale", "look again, then decide again"},
  {exits, "6", "a confirmation is needed", "run it on a terminal, or give the confirmation"},
  {exits, "7", "integrity: stored data is not what was written", "keep the evidence, then restore"},

  {daemon, "64", "the configuration is wrong", "os-infrastructure --check-config --config FILE"},
  {daemon, "65", "the data folder cannot be used", "look at its owner and mode: ppn doctor --data DIR"},
  {daemon, "66", "the identity or a ledger was refused", "keep the folder; the line names the ledger"},
  {daemon, "69", "an address is in use", "ss -ltnp; end the other process or choose another port"},
  {daemon, "70", "the daemon gave up after an error of its own", "report it with its log"},
  {daemon, "73", "rights are missing", "look at the owner of the data folder"},
  {daemon, "74", "the disk of a ledger failed", "replace the disk, restore the data folder"},
  {daemon, "75", "another daemon holds the data folder", "end one of the two"},
  {daemon, "77", "the disk is full", "free space and start again"},

  {alert, "NodeSuspect", "a member was not heard for a while and may be evicted",
   "look at the machine and its network before 30 s are over: ppn status"},
  {alert, "NodeEvicted", "a member was silent for more than 30 s and left the pool",
   "look at the machine; it returns by itself when it is heard again"},
  {alert, "MassSilence", "so many members are silent that the controller doubts itself; nobody is evicted",
   "look at the controller and its network first"},
  {alert, "ClockSkew", "a member's wall clock is off by more than two seconds",
   "set up time synchronisation there: timedatectl, chronyc tracking"},
  {alert, "LedgerForked", "a ledger showed two histories: somebody rewrote it, or a disk was restored",
   "stop writing, keep every copy, compare: ppn ledger verify at each node"},
  {alert, "LedgerNotCosigned", "entries wait long for the cosignatures of witnesses",
   "see which witnesses are reachable: ppn status"},
  {alert, "CheckpointStale", "a copy of the ledger does not grow although the writer's does",
   "look at the link to the controller: ppn status; ppn ledger restore --from MEMBER"},
  {alert, "PairingFailedTries", "somebody tries codes of joining that are wrong",
   "if it is nobody of yours: end the ceremony and look at who can reach the port"},
  {alert, "RamMarginLow", "a member has less free memory than the margin for its guests",
   "move or stop guests, or offer less: [pool] ram"},
  {alert, "OrphanGuest", "a guest's node is lost",
   "bring the node back; ppn status shows its guests as lost until then"},
  {alert, "HandshakeOld", "a link that should stand does not",
   "look at the network between the two: ppn status, ppn doctor"},
  {alert, "HypervisorUnreachable", "a node cannot sample its machine or its hypervisor",
   "look at the node's log and at the hypervisor's service there"},

  {state, "expected", "a member that was never heard by this controller", "start its daemon"},
  {state, "alive", "a member that is heard", "nothing"},
  {state, "suspect", "a member that was not heard for a while", "see NodeSuspect"},
  {state, "evicted", "a member that was silent for more than 30 s", "see NodeEvicted"},
};

bool is_same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

} // namespace

std::string_view to_string(topic kind) {
  constexpr std::array<std::string_view, 6> names{"error",       "exit code", "exit code of the daemon",
                                                  "alert",       "metric",    "state of a member"};
  return names.at(static_cast<std::size_t>(kind));
}

std::vector<explanation> all_explanations() {
  std::vector<explanation> all(std::begin(table), std::end(table));
  for (const metric_description& each : all_metrics())
    all.push_back({topic::metric, each.name, each.help, each.advice});
  return all;
}

std::vector<explanation> explain(std::string_view name) {
  std::vector<explanation> found;
  for (const explanation& each : all_explanations())
    if (is_same(each.code, name)) found.push_back(each);
  return found;
}

std::string_view advice_of(std::string_view error_code) {
  for (const explanation& each : table)
    if (each.kind == topic::error_code && each.code == error_code) return each.advice;
  return "see the daemon's log";
}

} // namespace ppn
