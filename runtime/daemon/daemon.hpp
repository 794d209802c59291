// os-infrastructure as a process: fills the ports with the world, starts the node, obeys signals.
// SIGTERM and SIGINT end it in order and leave guests alone; SIGHUP reads the configuration anew.
#pragma once

#include "messages/base/error.hpp"

#include <string>

namespace ppn {

// A message for the operator, one line or one paragraph, and the code to exit with.
struct daemon_failure {
  int exit_code = 1;
  std::string text;
};

// Runs until it is told to stop; the exit code of an orderly end is 0.
tl::expected<int, daemon_failure> run_daemon(const std::string& configuration_file);

// Makes the keys of a data folder if there are none; answers the identity.
tl::expected<std::string, daemon_failure> make_identity(const std::string& data_folder);

// Likewise for all of them: one line of JSON with what a founding has to say about this node.
tl::expected<std::string, daemon_failure> make_keys(const std::string& data_folder);

// Reads and checks, changes nothing.
tl::expected<void, daemon_failure> check_configuration(const std::string& configuration_file);

} // namespace ppn
