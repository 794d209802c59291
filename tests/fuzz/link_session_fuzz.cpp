// An attacker on the wire of one link. The first octet picks the victim, an acceptor or a dialer,
// and how far its link has come; the rest is a script: the peer's own frames in or out of their
// order, changed by an octet, cut short, or the attacker's octets. Whatever comes: the bodies that
// are delivered are the ones that the peer sealed, in their order, and nothing follows the end.
#include "messages/base/assert.hpp"
#include "messages/wire/codec.hpp"
#include "runtime/adapters/ed25519_signer.hpp"
#include "runtime/link/session.hpp"

#include <algorithm>

namespace {

using namespace ppn;
using namespace ppn::link;

constexpr mono_time start{hours{1}};

// The same octets on every run, so that one recording serves every input.
class repeated_entropy final : public entropy {
public:
  explicit repeated_entropy(octet value) : value_(value) {}
  void fill(std::span<octet> out) override { std::fill(out.begin(), out.end(), value_); }

private:
  octet value_;
};

struct party {
  ed25519_signer keys;
  repeated_entropy random;
  explicit party(octet seed)
      : keys(crypto::signing_key::from_seed(bytes(32, seed))), random(seed) {}
};

struct recording {
  party dialer{1}, acceptor{2};
  std::vector<bytes> from_dialer, from_acceptor; // the hello, and then the sealed bodies
  std::vector<bytes> bodies;
  std::size_t dialer_greets = 0, acceptor_greets = 0; // how many of them are the hello

  recording();
  session dial(session_effects& out) {
    return session::dial({}, acceptor.keys.identity(), dialer.keys, dialer.random, start, out);
  }
  session accept() {
    return session::accept({}, [](const node_id&) { return status{}; }, acceptor.keys,
                           acceptor.random, start);
  }
};

recording::recording() {
  session_effects out;
  session left = dial(out), right = accept();
  auto pass = [&](std::vector<bytes>& sent, session& to) {
    const bytes frame = out.transmit.at(0);
    sent.push_back(frame);
    out.clear();
    to.take(frame, start, out);
  };
  pass(from_dialer, right);
  pass(from_acceptor, left);
  pass(from_dialer, right);
  PPN_ASSERT(left.established());
  PPN_ASSERT(right.established());
  dialer_greets = from_dialer.size();
  acceptor_greets = from_acceptor.size();
  for (octet i = 0; i < 4; ++i) {
    bodies.emplace_back(8 * (1 + std::size_t{i}), i);
    from_dialer.push_back(left.seal(bodies.back()));
    from_acceptor.push_back(right.seal(bodies.back()));
  }
}

class script {
public:
  explicit script(bytes_view rest) : rest_(rest) {}
  bool done() const { return rest_.empty(); }
  octet next() {
    const bytes_view one = take(1);
    return one.empty() ? octet{0} : one[0];
  }
  bytes_view take(std::size_t size) {
    const bytes_view out = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(out.size());
    return out;
  }

private:
  bytes_view rest_;
};

class victim {
public:
  victim(session self, const std::vector<bytes>& bodies)
      : self_(std::move(self)), bodies_(bodies) {}

  void feed(bytes_view data, std::size_t chunk) {
    while (!data.empty()) {
      const bytes_view part = data.first(std::min(chunk, data.size()));
      data = data.subspan(part.size());
      session_effects out;
      self_.take(part, now_, out);
      check(out);
    }
  }
  void wait(nanoseconds time) {
    now_ += time;
    session_effects out;
    self_.on_deadline(now_, out);
    check(out);
    PPN_ASSERT(over_ || self_.deadline() > now_);
  }
  bool established() const { return self_.established(); }

private:
  void check(const session_effects& out) {
    PPN_ASSERT(!over_ || (out.bodies.empty() && out.transmit.empty() && !out.ended));
    PPN_ASSERT(!over_ || !out.established);
    for (bytes_view body : out.bodies) {
      PPN_ASSERT(delivered_ < bodies_.size());
      const bytes& wanted = bodies_[delivered_++];
      PPN_ASSERT(std::equal(body.begin(), body.end(), wanted.begin(), wanted.end()));
    }
    over_ = over_ || out.ended.has_value();
    PPN_ASSERT(!over_ || !self_.established());
  }

  session self_;
  const std::vector<bytes>& bodies_;
  mono_time now_ = start;
  std::size_t delivered_ = 0;
  bool over_ = false;
};

void play(victim& target, const std::vector<bytes>& frames, std::size_t& following, script& from) {
  const octet action = from.next();
  const std::size_t chunk = action < 128 ? 4096 : 1 + from.next();
  switch (action % 8) {
  case 0:
  case 1: // what the peer says next
    if (following < frames.size()) target.feed(frames[following++], chunk);
    return;
  case 2: // something that it said or will say
    return target.feed(frames[from.next() % frames.size()], chunk);
  case 3:
  case 4: { // with an octet changed
    bytes frame = frames[action % 8 == 3 ? following % frames.size() : from.next() % frames.size()];
    const std::size_t place = from.next() | std::size_t{from.next()} << 8;
    frame[place % frame.size()] ^= static_cast<octet>(from.next() | 1);
    return target.feed(frame, chunk);
  }
  case 5: { // cut short
    const bytes& frame = frames[following % frames.size()];
    return target.feed(bytes_view{frame}.first(from.next() % frame.size()), chunk);
  }
  case 6: return target.wait(milliseconds{50 * from.next()});
  default: {
    const std::size_t size = from.next() | std::size_t{from.next()} << 8;
    return target.feed(from.take(size), chunk);
  }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static recording record;
  if (size == 0 || size > 8192) return 0;
  script from({data, size});
  const octet choice = from.next();
  const bool dials = (choice & 1) != 0;
  session_effects out;
  victim target(dials ? record.dial(out) : record.accept(), record.bodies);
  const std::vector<bytes>& frames = dials ? record.from_acceptor : record.from_dialer;
  std::size_t following = 0;
  if ((choice & 2) != 0) {
    const std::size_t greets = dials ? record.acceptor_greets : record.dialer_greets;
    while (following < greets) target.feed(frames[following++], 4096);
    PPN_ASSERT(target.established());
  }
  while (!from.done()) play(target, frames, following, from);
  return 0;
}
