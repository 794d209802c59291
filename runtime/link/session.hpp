// One connection as a state machine: octets and `now` in, effects out. It frames, greets, verifies and
// counts; it owns no socket, timer or actor, so both worlds and the fuzzer run the same code.
//
// INV-7 leans on it: nothing of a connection reaches an actor before both signatures are verified, and
// then only frames that carry the right MAC at the right place of the sequence.
#pragma once

#include "messages/base/limits.hpp"
#include "runtime/link/frame.hpp"
#include "runtime/link/handshake.hpp"

#include <functional>
#include <memory>

namespace ppn::link {

struct session_effects {
  std::vector<bytes> transmit;    // in this order
  bool established = false;       // both sides are proven as of now
  std::vector<bytes_view> bodies; // authenticated messages; valid until the next call
  std::optional<error> ended;     // close the connection after transmitting

  void clear() {
    transmit.clear();
    established = false;
    bodies.clear();
    ended.reset();
  }
};

// The caller's answer to "may this identity come in here?", asked before anything is signed.
using admission = std::function<status(const node_id&)>;

class session {
public:
  static session dial(const handshake_terms& terms, const node_id& peer, signer& keys,
                      entropy& random, mono_time now, session_effects& out);
  static session accept(const handshake_terms& terms, admission admit, signer& keys,
                        entropy& random, mono_time now);

  void take(bytes_view data, mono_time now, session_effects& out);
  // Only while established.
  bytes seal(bytes_view body);

  bool established() const { return phase_ == phase::established; }
  bool dialed() const { return dialed_; }
  // The proven peer; while greeting, the one that was dialed or claims to be there.
  const node_id& peer() const { return peer_; }
  // Since the connection began.
  nanoseconds age(mono_time now) const { return now - begun_; }
  // When on_deadline has to be called unless something arrives before.
  mono_time deadline() const;
  // Ends the session if its deadline has really passed.
  void on_deadline(mono_time now, session_effects& out);

  std::uint64_t frames_in() const { return opener_ ? opener_->count() : 0; }
  std::uint64_t frames_out() const { return sealer_ ? sealer_->count() : 0; }

private:
  enum class phase { greeting, established, over };

  session(const handshake_terms& terms, signer& keys, entropy& random, mono_time now);

  // How much of `data` was used; stops at an incomplete frame or at the end of the session.
  std::size_t take_frames(bytes_view data, session_effects& out);
  status on_frame(const frame_header& header, bytes_view frame, session_effects& out);
  status on_handshake(const handshake_message& message, session_effects& out);
  status on_hello(const hello& opening, session_effects& out);
  status on_reply(const hello_reply& reply, session_effects& out);
  status on_finish(const hello_finish& finish, session_effects& out);
  void establish(link_keys keys, session_effects& out);
  void end(error why, session_effects& out);
  bool partial() const { return pending_.size() > consumed_; }

  phase phase_ = phase::greeting;
  handshake_terms terms_;
  signer* keys_;
  entropy* random_;
  bool dialed_ = false;
  node_id peer_;
  admission admit_;
  std::unique_ptr<initiator> opened_;
  std::unique_ptr<responder> answered_;
  std::optional<frame_sealer> sealer_;
  std::optional<frame_opener> opener_;
  bytes pending_;            // an incomplete frame, after `consumed_` octets of complete ones
  std::size_t consumed_ = 0; // kept until the next call: the last bodies point into them
  mono_time begun_;
  mono_time heard_;
  mono_time partial_since_;
};

} // namespace ppn::link
