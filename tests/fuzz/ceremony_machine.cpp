// An attacker without the code against one side of a ceremony that has come to any of its stages.
// The first octet picks side, role and stage; the rest is a list of events. Messages are the
// attacker's own octets or the honest ones with one octet changed. Whatever comes: no proof, no
// record, no answer after the end, and at most one charge for the connection.
#include "runtime/crypto/ceremony_machine.hpp"
#include "messages/base/assert.hpp"

#include <algorithm>

namespace {

using namespace ppn;
using namespace ppn::crypto;

mono_time at(nanoseconds since_opening) {
  return mono_time{hours{1} + since_opening};
}

struct end {
  ceremony_code code;
  ceremony_machine machine;
};

end make_end(ceremony_side side, ceremony_role role) {
  const octet seed = side == ceremony_side::initiator ? 1 : 2;
  ceremony_party party;
  party.role = role;
  party.identity.octets.fill(seed);
  party.tunnel.octets.fill(static_cast<octet>(seed + 10));
  bytes random(ceremony_machine::entropy_size, seed);
  const crockford::code_octets code{1, 2, 3, 4, 5};
  return {ceremony_code::shown(code, at(ceremony_window)),
          ceremony_machine::make(side, party, secret::take(random), at({})).value()};
}

ceremony_role role_of(int number) {
  return (number & 1) != 0 ? ceremony_role::node : ceremony_role::fleet;
}

// The six messages of the honest run. All octets are fixed, so one recording serves every input.
std::vector<bytes> record_run(ceremony_role initiator, ceremony_role responder) {
  end sides[] = {make_end(ceremony_side::initiator, initiator),
                 make_end(ceremony_side::responder, responder)};
  std::vector<bytes> wire{sides[0].machine.start(sides[0].code, at({})).send};
  while (wire.size() < 6) {
    end& from = sides[wire.size() % 2];
    wire.push_back(from.machine.receive(from.code, wire.back(), at({})).send);
  }
  return wire;
}

// The side that waits for the last of the first `sent` messages.
end victim_of(ceremony_role initiator, ceremony_role responder, const std::vector<bytes>& wire,
              std::size_t sent) {
  const bool dials = sent % 2 == 0;
  end out = dials ? make_end(ceremony_side::initiator, initiator)
                  : make_end(ceremony_side::responder, responder);
  if (dials) (void)out.machine.start(out.code, at({}));
  for (std::size_t i = dials ? 1 : 0; i + 1 < sent; i += 2)
    PPN_ASSERT(out.machine.receive(out.code, wire[i], at({})).send == wire[i + 1]);
  return out;
}

class script {
public:
  explicit script(bytes_view rest) : rest_(rest) {}
  bool done() const { return rest_.empty(); }
  octet next() {
    if (rest_.empty()) return 0;
    const octet value = rest_[0];
    rest_ = rest_.subspan(1);
    return value;
  }
  bytes_view take(std::size_t size) {
    const bytes_view out = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(out.size());
    return out;
  }

private:
  bytes_view rest_;
};

// Changes one octet and never leaves the message as it was.
bytes changed(bytes message, script& from) {
  const std::size_t place = (from.next() | std::size_t{from.next()} << 8) % message.size();
  message[place] ^= static_cast<octet>(from.next() | 1);
  return message;
}

ceremony_step play(end& victim, const bytes& waiting, script& from, nanoseconds& clock) {
  switch (from.next() % 8) {
  case 0:
  case 1:
  case 2: {
    const std::size_t size = from.next() | std::size_t{from.next()} << 8;
    return victim.machine.receive(victim.code, from.take(size), at(clock));
  }
  case 3:
  case 4:
    return victim.machine.receive(victim.code, changed(waiting, from), at(clock));
  case 5:
    clock += seconds{from.next()};
    return victim.machine.tick(victim.code, at(clock));
  case 6:
    return victim.machine.confirm(victim.code, at(clock)).value_or(ceremony_step{});
  default:
    return (from.next() & 1) != 0 ? victim.machine.connection_lost(victim.code)
                                  : victim.machine.cancel(victim.code);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  script from({data, size});
  const octet choice = from.next();
  static const std::vector<bytes> wires[] = {record_run(role_of(0), role_of(1)),
                                             record_run(role_of(1), role_of(0))};
  const std::vector<bytes>& wire = wires[choice & 1];
  const std::size_t sent = 1 + (choice >> 1) % 6;
  end victim = victim_of(role_of(choice), role_of(choice + 1), wire, sent);
  nanoseconds clock{0};
  while (!from.done()) {
    const bool was_over = victim.machine.over();
    const ceremony_step step = play(victim, wire[sent - 1], from, clock);
    PPN_ASSERT(!step.proven);
    PPN_ASSERT(!step.record);
    PPN_ASSERT(!was_over || (step.send.empty() && step.guess == guess_event::none));
    PPN_ASSERT(!step.finished || step.send.empty());
    PPN_ASSERT(victim.machine.peer() == nullptr);
  }
  PPN_ASSERT(victim.code.guesses().charges() <= 1);
  // The honest tag with a changed seal behind it: refused, and the code is used up.
  PPN_ASSERT(!victim.code.guesses().used() || victim.machine.reason() == abort_reason::bad_seal);
  return 0;
}
