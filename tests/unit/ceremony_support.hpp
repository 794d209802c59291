// Two ends of a ceremony on one table, for the tests: fixed random octets, a clock that the test
// moves, and a wire that the test reads, changes or cuts. Also the readers of the vector files.
#pragma once

#include "runtime/crypto/ceremony_machine.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

namespace ppn::crypto::test {

inline nlohmann::json vectors(const std::string& name) {
  const char* root = std::getenv("PPN_SOURCE_DIR");
  BOOST_REQUIRE_MESSAGE(root != nullptr, "set PPN_SOURCE_DIR to the root of the source tree");
  std::ifstream file(std::string(root) + "/tests/vectors/" + name);
  BOOST_REQUIRE_MESSAGE(file.is_open(), "tests/vectors/" << name << " is missing");
  return nlohmann::json::parse(file);
}

inline bytes unhex(const nlohmann::json& text) {
  auto data = from_hex(text.get<std::string>());
  BOOST_REQUIRE(data.has_value());
  return *data;
}

inline secret secret_of(bytes_view data) {
  bytes copy(data.begin(), data.end());
  return secret::take(copy);
}

inline std::string hex(const secret& data) {
  return to_hex(data.view());
}

inline mono_time at(milliseconds since_opening) {
  return mono_time{hours{1} + since_opening};
}

// Random octets of one run, the same on every machine.
inline secret entropy(octet who, octet run = 0) {
  bytes out;
  while (out.size() < ceremony_machine::entropy_size) {
    const octet label[] = {who, run, static_cast<octet>(out.size())};
    append(out, sha512({label}));
  }
  out.resize(ceremony_machine::entropy_size);
  return secret::take(out);
}

inline ceremony_party party(ceremony_role role, octet seed) {
  ceremony_party out;
  out.role = role;
  out.identity.octets.fill(seed);
  out.tunnel.octets.fill(static_cast<octet>(seed + 1));
  return out;
}

inline constexpr crockford::code_octets code_of_tests{0xd3, 0x0c, 0xd6, 0x68, 0xb5};
inline constexpr std::string_view text_of_tests = "TC6D-CT5N";

struct side {
  ceremony_code code;
  ceremony_machine machine;

  ceremony_step start(mono_time now = at({})) { return machine.start(code, now); }
  ceremony_step receive(bytes_view message, mono_time now = at({})) {
    return machine.receive(code, message, now);
  }
  ceremony_step lost() { return machine.connection_lost(code); }
  int charges() const { return code.guesses().charges(); }
};

inline ceremony_machine machine(ceremony_side which, ceremony_role role, octet run = 0) {
  const bool initiator = which == ceremony_side::initiator;
  auto out = ceremony_machine::make(which, party(role, initiator ? 10 : 20),
                                    entropy(initiator ? 1 : 2, run), at({}));
  BOOST_REQUIRE(out.has_value());
  return std::move(*out);
}

inline ceremony_code shown_code() {
  return ceremony_code::shown(code_of_tests, at(ceremony_window));
}

inline ceremony_code typed_code(std::string_view text = text_of_tests) {
  auto out = ceremony_code::typed(text, at(ceremony_window));
  BOOST_REQUIRE(out.has_value());
  return std::move(*out);
}

inline ceremony_role other(ceremony_role role) {
  return role == ceremony_role::node ? ceremony_role::fleet : ceremony_role::node;
}

struct table {
  side initiator;
  side responder;

  explicit table(ceremony_role initiator_role = ceremony_role::node,
                 std::string_view typed = text_of_tests, octet run = 0)
      : initiator{typed_code(typed), machine(ceremony_side::initiator, initiator_role, run)},
        responder{shown_code(), machine(ceremony_side::responder, other(initiator_role), run)} {}

  side& fleet() { return role_of_initiator() == ceremony_role::fleet ? initiator : responder; }
  side& node() { return role_of_initiator() == ceremony_role::node ? initiator : responder; }
  ceremony_role role_of_initiator() const { return role_; }

  // What happened on the wire so far, in order; odd messages come from the initiator.
  std::vector<bytes> wire;

  // Runs until `count` messages were sent; the last one is not delivered.
  void run_to(std::size_t count) {
    while (wire.size() < count) {
      ceremony_step step = wire.empty()           ? initiator.start()
                           : wire.size() % 2 == 1 ? responder.receive(wire.back())
                                                  : initiator.receive(wire.back());
      BOOST_REQUIRE(!step.send.empty());
      wire.push_back(std::move(step.send));
    }
  }

  // All six messages; both sides show the SAS afterwards.
  void compare() {
    run_to(6);
    BOOST_REQUIRE(initiator.receive(wire.back()).proven);
    BOOST_REQUIRE(initiator.machine.stage() == ceremony_stage::compare);
    BOOST_REQUIRE(responder.machine.stage() == ceremony_stage::compare);
  }

  // The side that message number `index` (from 0) goes to.
  side& receiver(std::size_t index) { return index % 2 == 0 ? responder : initiator; }

private:
  ceremony_role role_ = initiator.machine.self().role;
};

// An ended run says nothing, has shown nothing and answers nothing more.
inline void check_silent_end(side& which, const ceremony_step& step, abort_reason reason) {
  BOOST_TEST(step.send.empty());
  BOOST_TEST(!step.proven);
  BOOST_TEST(!step.record.has_value());
  BOOST_TEST(step.finished);
  BOOST_TEST(to_string(which.machine.reason()) == to_string(reason));
  BOOST_TEST(which.machine.sas().empty());
  BOOST_TEST(which.machine.peer() == nullptr);
  const ceremony_step after = which.receive(bytes{1});
  BOOST_TEST(after.send.empty());
  BOOST_TEST(to_string(after.guess) == to_string(guess_event::none));
}

} // namespace ppn::crypto::test
