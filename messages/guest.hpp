// What a guest is: its specification as the operator gave it, its life, and what its node knows of
// it. Plain values, the same in the ledger, between nodes and towards the hypervisor.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/ids.hpp"

#include <optional>
#include <string>
#include <vector>

namespace ppn {

// Exactly one `os-*` stands behind each; `infrastructure` is the host fleet and never a guest.
enum class guest_type : std::uint8_t { totebox, mediakit, orchestration, privategit };
std::string_view to_string(guest_type value);
std::optional<guest_type> guest_type_from(std::string_view text);

// From where a forwarded service can be reached.
enum class guest_exposure : std::uint8_t { mesh, loopback, everywhere };
std::string_view to_string(guest_exposure value); // "mesh", "loopback", "public"
std::optional<guest_exposure> guest_exposure_from(std::string_view text);

enum class guest_egress : std::uint8_t { none, internet };
std::string_view to_string(guest_egress value);
std::optional<guest_egress> guest_egress_from(std::string_view text);

enum class guest_restart : std::uint8_t { never, on_failure, always };
std::string_view to_string(guest_restart value);
std::optional<guest_restart> guest_restart_from(std::string_view text);

// A service inside the guest. Its forward, if it has one, is bound at the host.
struct guest_service {
  std::string name;
  std::uint16_t port = 0;      // in the guest; 0: it listens nowhere
  std::uint16_t host_port = 0; // 0: no forward
  guest_exposure exposure = guest_exposure::mesh;
  std::string probe_path;           // HTTP path that answers when it is well; empty: a TCP connect
  std::vector<std::string> depends; // names of services
  std::string pending;              // why it is not expected to answer yet; empty: it is
  bool operator==(const guest_service&) const = default;
};

struct guest_spec {
  std::string name; // unique in the fleet, [a-z0-9-]
  guest_type type = guest_type::mediakit;
  std::uint64_t ram = 0;       // octets, nominal
  std::uint64_t ram_floor = 0; // the balloon never goes below
  std::uint32_t vcpus = 1;
  std::uint32_t cpu_weight = 100; // of cgroup v2: 1 to 10,000
  std::uint64_t disk = 0;         // octets
  std::string pool = "default";
  std::string image;   // name in the image library
  digest image_digest; // SHA-256 of that image; zero: whatever the library holds under the name
  std::string entity;  // a Totebox's; otherwise empty
  bool override_posture = false; // a Totebox on a cloud node, by the operator's explicit word
  guest_egress egress = guest_egress::none;
  std::vector<guest_service> services;
  std::vector<std::string> labels;        // "key=value", ordered
  std::vector<std::string> affinity;      // labels of guests or nodes to be beside
  std::vector<std::string> anti_affinity; // ... and never to be beside
  bool prefer_kvm = false;
  bool autostart = true;
  std::uint32_t start_order = 0;
  guest_restart restart = guest_restart::on_failure;
  std::string hostname;
  std::string user;
  digest seed; // SHA-256 over the cloud-init data, which never enters a ledger; zero: none
  bool operator==(const guest_spec&) const = default;
};

// Where a guest is in its life. `lost`: its node is out of the pool, nobody knows.
enum class guest_phase : std::uint8_t {
  planned,
  preparing,
  starting,
  running,
  paused, // by the hypervisor, on a full disk
  stopping,
  stopped,
  failed,
  lost,
  sealed,  // deleted: its disk is kept for 24 h, or retired: for ever
  retired, // a Totebox, for ever
  purged,  // deleted and gone
};
std::string_view to_string(guest_phase value);

// The works of a guest's life that an operator may order.
enum class guest_act : std::uint8_t {
  create,
  start,
  stop,
  force_stop,
  reset,
  remove, // stop, seal the disk, keep it 24 h
  unremove,
  retire,
  change, // RAM, vCPUs, disk, forwards, labels
  balloon,
};
std::string_view to_string(guest_act value);

// What a node reports of one of its guests, to its controller and to `ppn vm show`.
struct guest_status {
  guest_id id;
  std::string name;
  guest_type type = guest_type::mediakit;
  guest_phase phase = guest_phase::planned;
  std::uint64_t ram = 0;     // nominal
  std::uint64_t ram_now = 0; // the balloon's word; 0: unknown
  std::uint32_t vcpus = 0;
  std::uint64_t disk = 0;
  std::string pool;
  std::string why; // of a failure, or why it waits
  bool kvm = false;
  bool operator==(const guest_status&) const = default;
};

} // namespace ppn
