// `os-infrastructure --genesis`: a machine becomes a fleet of one by itself. Its keys are made, the first
// administrator's key is made or taken, the founding is signed and written, and a configuration that runs
// it. Each step is kept by a file that is never made twice, so that an interrupted genesis goes on where it
// was and a finished one changes nothing.
#pragma once

#include "runtime/daemon/daemon.hpp"

namespace ppn {

struct genesis_options {
  std::string data;            // the node's data folder; made if it is not there
  std::string name;            // of the node; empty: that of the machine
  std::string fleet = "home";  // name of the fleet
  std::string address;         // the node's on the mesh; empty: the first one of the prefix
  std::string mesh_prefix;     // empty: the usual one
  std::string admin_key;       // file; taken if it is there, else made; empty: admin.key in the data folder
  std::string passphrase_file; // its first line protects a new key, or opens one that is there
  bool no_passphrase = false;
};

// The path of the configuration to run. What an operator has to keep (the recovery sheet) goes to standard
// error, once: when the key is made.
tl::expected<std::string, daemon_failure> make_genesis(const genesis_options& given);

} // namespace ppn
