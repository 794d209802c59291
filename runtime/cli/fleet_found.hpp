// `ppn fleet found`: the founding of a fleet, made by its administrator out of the public keys that each
// node printed of itself. The file that comes of it is the same for every member.
#pragma once

#include "messages/base/error.hpp"
#include "messages/base/time.hpp"
#include "runtime/crypto/keys.hpp"
#include "runtime/ports/entropy.hpp"

#include <functional>
#include <string>
#include <vector>

namespace ppn {

struct fleet_found_options {
  std::string name;
  std::string admin_key;  // file of `ppn admin keygen`
  std::string controller; // name of a member
  // NAME=KEYS_JSON_FILE@ADDRESS[:PORT][,posture=onprem|leased|cloud][,kind=node|operator][,reserved]
  // [,label=TEXT]...; the address of IPv6 with a port in brackets.
  std::vector<std::string> members;
  std::string policy = "one";         // when an entry counts as acknowledged: local, one, majority
  std::vector<std::string> witnesses; // names; none: the first nodes other than the controller
  std::string mesh_prefix;            // none: the usual one
  std::string out;                    // the file to make
  bool json = false;
};

// What the program that calls brings along.
struct fleet_found_world {
  entropy& random;
  wall_time now;
  std::function<result<crypto::signing_key>(const std::string& file)> load_admin_key;
  std::function<result<bytes>(const std::string& path)> read_file;
  // For everybody to read; ec::exists rather than another's place.
  std::function<status(const std::string& path, bytes_view content)> create_file;
};

struct fleet_found_answer {
  int exit = 0;
  std::string output;  // for stdout, with its line feed
  std::string problem; // for stderr, likewise
};

fleet_found_answer make_founding(const fleet_found_options& given, const fleet_found_world& world);

} // namespace ppn
