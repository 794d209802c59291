#include "runtime/link/session.hpp"

#include "messages/base/assert.hpp"
#include "messages/wire/codec.hpp"

#include <algorithm>

namespace ppn::link {

session::session(const handshake_terms& terms, signer& keys, entropy& random, mono_time now)
    : terms_(terms), keys_(&keys), random_(&random), begun_(now), heard_(now),
      partial_since_(now) {}

session session::dial(const handshake_terms& terms, const node_id& peer, signer& keys,
                      entropy& random, mono_time now, session_effects& out) {
  session self(terms, keys, random, now);
  self.dialed_ = true;
  self.peer_ = peer;
  self.opened_ = std::make_unique<initiator>(terms, peer, keys, random);
  out.transmit.push_back(seal_handshake(wire::encode(handshake_message{self.opened_->opening()})));
  return self;
}

session session::accept(const handshake_terms& terms, admission admit, signer& keys,
                        entropy& random, mono_time now) {
  session self(terms, keys, random, now);
  self.admit_ = std::move(admit);
  return self;
}

bytes session::seal(bytes_view body) {
  PPN_ASSERT(established());
  return sealer_->seal(body);
}

mono_time session::deadline() const {
  if (phase_ == phase::greeting) return begun_ + limits::hello_deadline;
  if (partial())
    return std::min<mono_time>(partial_since_ + limits::partial_frame_deadline,
                               heard_ + limits::link_idle_deadline);
  return heard_ + limits::link_idle_deadline;
}

void session::on_deadline(mono_time now, session_effects& out) {
  if (phase_ == phase::over || now < deadline()) return;
  if (phase_ == phase::greeting)
    end({ec::timed_out, "no hello within its deadline"}, out);
  else if (partial() && now >= partial_since_ + limits::partial_frame_deadline)
    end({ec::timed_out, "a frame was begun and not finished"}, out);
  else
    end({ec::timed_out, "the link was silent for too long"}, out);
}

void session::take(bytes_view data, mono_time now, session_effects& out) {
  if (phase_ == phase::over) return;
  // What the last call's bodies pointed into is free now.
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(consumed_));
  consumed_ = 0;
  bool was_partial = !pending_.empty();
  if (was_partial) {
    append(pending_, data);
    data = pending_;
  }
  std::size_t used = take_frames(data, out);
  if (phase_ == phase::over) return;
  if (used > 0) heard_ = now;
  if (used > 0 || !was_partial) partial_since_ = now;
  if (was_partial) {
    consumed_ = used;
  } else {
    auto rest = data.subspan(used);
    pending_.assign(rest.begin(), rest.end());
  }
}

std::size_t session::take_frames(bytes_view data, session_effects& out) {
  std::size_t used = 0;
  while (data.size() - used >= header_octets) {
    auto raw = data.subspan(used).first<header_octets>();
    // Before the peer is proven it gets no more room than a hello needs.
    auto header = parse_header(raw, established() ? limits::frame_bulk_max : limits::hello_max);
    if (!header) {
      end(header.error(), out);
      return used;
    }
    if (data.size() - used < header_octets + header->length) return used;
    auto frame = data.subspan(used, header_octets + header->length);
    if (auto done = on_frame(*header, frame, out); !done) {
      end(done.error(), out);
      return used;
    }
    used += frame.size();
  }
  return used;
}

status session::on_frame(const frame_header& header, bytes_view frame, session_effects& out) {
  auto body = frame.subspan(header_octets);
  if (phase_ == phase::greeting) {
    if (header.kind != frame_kind::handshake)
      return fail(ec::unauthentic, "data before the hello was finished");
    // Not yet used, so not free for anybody to fill.
    auto unused = frame.subspan(8, header_octets - 8);
    if (std::any_of(unused.begin(), unused.end(), [](octet value) { return value != 0; }))
      return fail(ec::malformed, "a hello frame with a counter or MAC");
    auto message = wire::decode_handshake(body);
    if (!message) return fail(message.error());
    return on_handshake(*message, out);
  }
  if (header.kind != frame_kind::data)
    return fail(ec::malformed, "a hello on an established link");
  if (!opener_->open(frame))
    return fail(ec::unauthentic, header.counter == opener_->count()
                                     ? "a frame's MAC is wrong"
                                     : "a frame is repeated, missing or out of order");
  out.bodies.push_back(body);
  return {};
}

status session::on_handshake(const handshake_message& message, session_effects& out) {
  if (auto* opening = std::get_if<hello>(&message)) return on_hello(*opening, out);
  if (auto* reply = std::get_if<hello_reply>(&message)) return on_reply(*reply, out);
  if (auto* finish = std::get_if<hello_finish>(&message)) return on_finish(*finish, out);
  const auto& refusal = std::get<error>(message);
  // Not authenticated: good enough for the operator's eyes, never a reason to decide anything.
  return fail(ec::refused, "the peer says: " + render(refusal));
}

status session::on_hello(const hello& opening, session_effects& out) {
  if (!admit_ || answered_) return fail(ec::malformed, "an unexpected hello");
  peer_ = opening.identity;
  auto admitted = admit_(opening.identity);
  auto answered = admitted ? responder::answer(opening, terms_, *keys_, *random_)
                           : result<responder>(fail(admitted.error()));
  if (!answered) {
    out.transmit.push_back(seal_handshake(wire::encode(handshake_message{answered.error()})));
    return fail(answered.error());
  }
  answered_ = std::make_unique<responder>(std::move(*answered));
  out.transmit.push_back(seal_handshake(wire::encode(handshake_message{answered_->reply()})));
  return {};
}

status session::on_reply(const hello_reply& reply, session_effects& out) {
  if (!opened_) return fail(ec::malformed, "an unexpected reply");
  auto outcome = opened_->on_reply(reply);
  if (!outcome) return fail(outcome.error());
  out.transmit.push_back(seal_handshake(wire::encode(handshake_message{outcome->finish})));
  establish(std::move(outcome->keys), out);
  return {};
}

status session::on_finish(const hello_finish& finish, session_effects& out) {
  if (!answered_) return fail(ec::malformed, "an unexpected finish");
  auto keys = answered_->on_finish(finish);
  if (!keys) return fail(keys.error());
  establish(std::move(*keys), out);
  return {};
}

void session::establish(link_keys keys, session_effects& out) {
  phase_ = phase::established;
  sealer_.emplace(std::move(keys.send));
  opener_.emplace(std::move(keys.receive));
  opened_.reset(); // the ephemeral secret is not needed any more
  answered_.reset();
  out.established = true;
}

void session::end(error why, session_effects& out) {
  phase_ = phase::over;
  out.ended = std::move(why);
}

} // namespace ppn::link
