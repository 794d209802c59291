// One run of the join ceremony on one connection, as a machine without input, output, clock or
// randomness of its own: octets, `now` and random octets go in, a step comes out. The side where
// the code is typed is the initiator, the side that shows it is the responder; either may be the
// node that joins. The ceremony_code is an argument, because all connections share its guesses.
//
//   hello, share, proof     messages 1 to 6 (ceremony_wire.hpp), under one deadline for them all
//   compare                 both tags were good: both screens show the SAS and wait for the
//   operator enrolling               the fleet sent its sealed record, or the node has taken it
//   done, aborted           secrets wiped, nothing is answered any more
//
// What holds here (part of INV-7, no peer without a completed ceremony):
// - Nothing keyed by the shared key leaves the responder before it saw a good Ta.
// - The peer's keys are visible only after its tag was good; a record only after confirm() as well.
// - A guess is charged once a connection: the initiator's from the moment its tag leaves, unless a
// good
//   Tb comes back; the responder's when a complete MSG3 has a bad Ta.
// - Every abort is silent: no octet leaves, whatever the reason was.
#pragma once

#include "runtime/crypto/ceremony_code.hpp"
#include "runtime/crypto/ceremony_keys.hpp"
#include "runtime/crypto/sealed_channel.hpp"

namespace ppn::crypto {

enum class ceremony_side : std::uint8_t { initiator, responder };
enum class ceremony_stage : std::uint8_t {
  idle, // the initiator before start()
  hello,
  share,
  proof,
  compare,
  enrolling,
  done,
  aborted,
};

// Messages 1 to 6 take well under a second on any link that can carry a mesh. The bound is short
// because an attacker between both sides who knows the code has this long to look for runs with the
// responder whose SAS equals the one that the waiting initiator is going to show.
inline constexpr seconds ceremony_handshake_deadline{10};

// What the caller has to do now, in the order of the members.
struct ceremony_step {
  // Not `none`: make code.guesses() durable before anything below is done.
  guess_event guess = guess_event::none;
  // One message for the peer; empty for nothing.
  bytes send;
  // The tags were good: show sas() and peer().
  bool proven = false;
  // What the peer sealed: the enrolment on the node's side, its acknowledgement on the fleet's.
  std::optional<bytes> record;
  // Close the connection after `send`; stage() and reason() say how it ended.
  bool finished = false;
};

class ceremony_machine {
public:
  // A nonce, a scalar before its reduction, and the octets behind the commitment.
  static constexpr std::size_t entropy_size = nonce_size + cpace::uniform_size + reveal_size;

  // `entropy`: entropy_size fresh random octets, never used for another run. Refused with
  // ec::invalid when they reduce to the scalar zero: draw others.
  static result<ceremony_machine> make(ceremony_side side, const ceremony_party& self,
                                       secret entropy, mono_time now);

  // The initiator's first message; only once, and only on that side.
  ceremony_step start(ceremony_code& code, mono_time now);
  ceremony_step receive(ceremony_code& code, bytes_view message, mono_time now);
  // Due at deadline(); harmless at any other time.
  ceremony_step tick(ceremony_code& code, mono_time now);
  ceremony_step connection_lost(ceremony_code& code);
  // The operator says no, or the process stops.
  ceremony_step cancel(ceremony_code& code);

  // The operator saw the same SAS on both screens, or the comparison is off. A step with the record
  // when it came before.
  result<ceremony_step> confirm(ceremony_code& code, mono_time now);
  // The fleet's side, after confirm(): seals the one enrolment record.
  result<ceremony_step> enrol(ceremony_code& code, bytes_view record, mono_time now);
  // The node's side, when it has taken in what the record says; ends the run.
  result<ceremony_step> acknowledge(ceremony_code& code, bytes_view answer, mono_time now);

  ceremony_side side() const { return side_; }
  const ceremony_party& self() const { return self_; }
  ceremony_stage stage() const { return stage_; }
  bool over() const { return stage_ == ceremony_stage::done || stage_ == ceremony_stage::aborted; }
  // Why it was aborted; for our own log only.
  abort_reason reason() const { return reason_; }
  // When to call tick().
  mono_time deadline(const ceremony_code& code) const;
  // XXX-XXX from the good tag to the end of the run; empty outside of that.
  const std::string& sas() const { return sas_; }
  // nullptr before the peer's tag was good.
  const ceremony_party* peer() const { return proven_ ? &peer_ad_.party : nullptr; }

private:
  using outcome = parsed<ceremony_step>;

  ceremony_machine(ceremony_side side, const ceremony_party& self, secret scalar, mono_time now);

  outcome handle(ceremony_code& code, bytes_view message, mono_time now);
  outcome hello_to_initiator(ceremony_code& code, bytes_view message, mono_time now);
  outcome hello_to_responder(ceremony_code& code, bytes_view message, mono_time now);
  outcome share_to_initiator(ceremony_code& code, bytes_view message, mono_time now);
  outcome share_to_responder(ceremony_code& code, bytes_view message, mono_time now);
  outcome proof_to_initiator(ceremony_code& code, bytes_view message);
  outcome proof_to_responder(ceremony_code& code, bytes_view message, mono_time now);
  outcome take_record(bytes_view message);

  abort_reason make_share(const ceremony_code& code, mono_time now);
  abort_reason take_peer(const share_message& message);
  abort_reason agree();
  ceremony_step prove(bytes_view initiator, bytes_view responder);

  ceremony_step settle(ceremony_code& code, outcome what);
  ceremony_step abort(ceremony_code& code, abort_reason why);
  // Every event comes through here first: a late timer must not lengthen a window.
  std::optional<ceremony_step> end_if_late(ceremony_code& code, mono_time now);
  // Wipes what the run holds.
  void finish(ceremony_stage stage);
  void check_invariants() const;
  bool is_initiator() const { return side_ == ceremony_side::initiator; }

  ceremony_side side_;
  ceremony_stage stage_;
  abort_reason reason_ = abort_reason::none;
  mono_time handshake_deadline_;
  bool reserved_ = false;
  bool proven_ = false;
  bool confirmed_ = false;
  // Reported with the next step that leaves.
  guess_event event_ = guess_event::none;

  ceremony_party self_;
  ceremony_nonce nonce_{};
  reveal_octets reveal_{};
  secret scalar_;
  bytes session_id_;
  cpace::element own_share_{};
  bytes own_ad_;
  cpace::element peer_share_{};
  bytes peer_ad_octets_;
  associated_data peer_ad_;

  secret mac_key_;
  secret prk_;
  sealed_channel channel_;
  std::string sas_;
  std::optional<bytes> held_record_;
};

} // namespace ppn::crypto
