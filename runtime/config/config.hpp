// What the operator's configuration file says, checked and ready to use: this node, the members of
// its fleet, what it offers to the pool, how it logs. Pure: whoever calls read the file. With a founding
// the fleet's ledger names the members; without one they stand here, and whoever consumes a membership
// cannot tell.
#pragma once

#include "messages/base/error.hpp"
#include "messages/fleet.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ppn {

struct node_settings {
  std::string name;
  std::string data;
  // With a founding, empty and 0 where the file says nothing: the fleet's record holds.
  std::string address;
  std::uint16_t port = 0;
  std::uint16_t http_port = 0; // where the ledgers are read; 0: nowhere
  std::string control; // path of the socket, also when the file leaves it out
  bool operator==(const node_settings&) const = default;
};

// A folder that holds guests' disks.
struct disk_folder {
  std::string name;
  std::string path;
  bool operator==(const disk_folder&) const = default;
};

struct pool_settings {
  node_offer offer;
  // A node's own word about itself is a hint (domain section 4): the member's record holds.
  std::optional<posture> posture_hint;
  bool reserved_hint = false;
  std::vector<std::string> label_hints;
  std::vector<disk_folder> disks;
  bool operator==(const pool_settings&) const = default;
};

enum class log_format : std::uint8_t { text, json };
enum class log_level : std::uint8_t { debug, info, warning, error };

struct log_settings {
  log_format format = log_format::text;
  log_level level = log_level::info;
  bool operator==(const log_settings&) const = default;
};

struct metrics_settings {
  std::uint16_t port = 9464; // 0: nobody monitors this node
  bool operator==(const metrics_settings&) const = default;
};

struct configuration {
  node_settings node;
  std::string founding; // path of the file; empty: a fleet without a ledger
  // Holds this node and the controller. With a founding only the fleet's id, if the file gives it.
  membership members;
  pool_settings pool;
  log_settings log;
  metrics_settings metrics = {};

  bool has_ledger() const { return !founding.empty(); }
  // The record of this node; only without a founding.
  const member_record& self() const;
  bool operator==(const configuration&) const = default;
};

// `file_name` is only for errors: exactly one line, "FILE:LINE: what", ec::invalid.
result<configuration> parse_configuration(std::string_view text, std::string_view file_name);

// Every key with type, range, default value, effect and meaning, for --help-config.
std::string describe_configuration();

// What a reload does: names of keys that differ, in the order of the description.
struct configuration_difference {
  std::vector<std::string> at_once;
  std::vector<std::string> restart; // these keep their old value until then
  bool operator==(const configuration_difference&) const = default;
};

configuration_difference compare(const configuration& now, const configuration& next);

} // namespace ppn
