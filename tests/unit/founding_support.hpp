// People and machines that found a fleet: an administrator and nodes with keys of their own.
#pragma once

#include "runtime/adapters/sodium_entropy.hpp"
#include "runtime/crypto/keys.hpp"
#include "storage/ledger/founding.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <string>
#include <vector>

namespace ppn::founding_support {

inline std::array<octet, 32> drawn_seed() {
  sodium_entropy random;
  std::array<octet, 32> seed{};
  random.fill(seed);
  return seed;
}

inline crypto::signing_key drawn_key() { return crypto::signing_key::from_seed(drawn_seed()); }

struct machine_keys {
  crypto::signing_key identity = drawn_key();
  crypto::signing_key log = drawn_key();
  crypto::signing_key witness = drawn_key();

  member_keys certified() const {
    member_keys keys{log.public_part(), witness.public_part(), {}};
    keys.certificate = identity.sign(certified_keys_text(identity.public_part(), keys));
    return keys;
  }
  // As os-infrastructure --keys prints it.
  std::string json() const {
    return fmt::format(R"({{"identity":"{}","log":"{}","witness":"{}","certificate":"{}"}})",
                       identity.public_part().hex(), log.public_part().hex(),
                       witness.public_part().hex(), certified().certificate.hex());
  }
};

// Nodes node-0, node-1, ...; the first one is controller, the others are witnesses.
struct party {
  explicit party(int nodes) {
    plan.fleet_name = "home";
    plan.policy = acknowledgement::majority;
    plan.when_milliseconds = 1'800'000'000'000;
    for (int i = 0; i < nodes; ++i) {
      machine_keys keys;
      founding_member member;
      member.record.id = keys.identity.public_part();
      member.record.name = fmt::format("node-{}", i);
      member.record.address = fmt::format("10.8.0.{}", i + 1);
      member.record.port = 9203;
      member.keys = keys.certified();
      if (i == 0)
        plan.controller = member.record.id;
      else
        plan.witnesses.push_back(member.record.id);
      plan.members.push_back(std::move(member));
    }
  }

  founded_fleet found() {
    sodium_entropy random;
    auto made = found_fleet(plan, admin.public_part(), random,
                            [this](bytes_view text) { return admin.sign(text); });
    BOOST_REQUIRE_MESSAGE(made, (made ? "" : made.error().text));
    return *made;
  }

  crypto::signing_key admin = drawn_key();
  founding_plan plan;
};

} // namespace ppn::founding_support
