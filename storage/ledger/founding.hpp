// The first entries of a fleet's ledger, made once by an operator: who administers it, who belongs to it,
// who writes. Every member is given the same octets.
#pragma once

#include "messages/base/error.hpp"
#include "messages/ledger.hpp"
#include "runtime/ports/entropy.hpp"

#include <functional>

namespace ppn {

struct founding_member {
  member_record record;
  member_keys keys;
};

struct founding_plan {
  std::string fleet_name;
  std::string mesh_prefix = "10.8.0.0/24";
  std::vector<founding_member> members;
  node_id controller;
  std::vector<node_id> witnesses; // any order
  acknowledgement policy = acknowledgement::one;
  std::int64_t when_milliseconds = 0;
};

struct founded_fleet {
  fleet_id fleet;
  std::vector<bytes> entries;
};

using sign_as_admin = std::function<signature(bytes_view text)>;

result<founded_fleet> found_fleet(const founding_plan& plan, const signing_public& admin,
                                  entropy& random, const sign_as_admin& sign);

// The fleet that a first entry makes; ec::malformed when it is no founding.
result<fleet_id> fleet_of(bytes_view first_entry);

// As a file: a line that says what it is, then the entries in base64, one a line.
std::string founding_text(const std::vector<bytes>& entries);
result<founded_fleet> parse_founding(std::string_view text);

} // namespace ppn
