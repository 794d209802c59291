// Two sessions that talk through octets on a table: they establish whatever the chunks are, and if
// any third party is on the way at least one of them ends with an error; never do both stand with
// different beliefs. Keys are real, randomness is fixed, and time is what the test says.
#include "runtime/link/session.hpp"

#include "messages/wire/codec.hpp"
#include "runtime/adapters/ed25519_signer.hpp"

#include <boost/test/unit_test.hpp>

namespace ppn::link {

extern std::size_t largest_allocation; // since it was last set to zero; see link_frame_test.cpp

namespace {

constexpr mono_time start{hours{1}};

// Other octets each time, the same ones on every machine.
struct counted_entropy final : entropy {
  octet next;
  explicit counted_entropy(octet first) : next(first) {}
  void fill(std::span<octet> out) override { std::fill(out.begin(), out.end(), next += 2); }
};

struct party {
  counted_entropy random;
  ed25519_signer keys;
  explicit party(octet seed)
      : random(seed), keys(crypto::signing_key::from_seed(bytes(32, seed))) {}
  const node_id& id() const { return keys.identity(); }
};

// One end of a connection and all that came out of it.
struct seat {
  session self;
  std::vector<bytes> sent{};
  std::size_t delivered = 0; // of `sent`, to the other end
  std::vector<bytes> bodies{};
  std::optional<error> ended{};

  void absorb(const session_effects& out) {
    BOOST_REQUIRE(!ended || (out.transmit.empty() && out.bodies.empty() && !out.established &&
                             !out.ended));
    sent.insert(sent.end(), out.transmit.begin(), out.transmit.end());
    for (bytes_view body : out.bodies) bodies.emplace_back(body.begin(), body.end());
    ended = ended ? ended : out.ended;
    BOOST_REQUIRE(!ended || !self.established());
  }
  void take(bytes_view data, mono_time now = start) {
    session_effects out;
    self.take(data, now, out);
    absorb(out);
  }
  void tick(mono_time now) {
    session_effects out;
    self.on_deadline(now, out);
    absorb(out);
  }
  std::string code() const { return std::string{ended ? to_string(ended->code) : ""}; }
};

const handshake_terms terms{*fleet_id::from(bytes(16, 7)), link_role::node};

seat dialing(party& who, const node_id& peer) {
  session_effects out;
  seat self{session::dial(terms, peer, who.keys, who.random, start, out)};
  self.absorb(out);
  return self;
}

seat accepting(party& who, admission admit = [](const node_id&) { return status{}; }) {
  return {session::accept(terms, std::move(admit), who.keys, who.random, start)};
}

void feed(seat& to, bytes_view data, std::size_t chunk, mono_time now = start) {
  for (std::size_t at = 0; at < data.size(); at += chunk)
    to.take(data.subspan(at, std::min(chunk, data.size() - at)), now);
}

// Delivers frames until nobody has anything more to say, or `frames` of them.
void converse(seat& dialer, seat& acceptor, std::size_t chunk = 4096, std::size_t frames = 9) {
  while (frames-- > 0) {
    const bool forth = dialer.delivered < dialer.sent.size();
    seat& from = forth ? dialer : acceptor;
    if (from.delivered == from.sent.size()) return;
    feed(forth ? acceptor : dialer, from.sent[from.delivered++], chunk);
  }
}

struct table {
  party left{1}, right{2};
  seat dialer = dialing(left, right.id());
  seat acceptor = accepting(right);

  bool stands() const { return dialer.self.established() && acceptor.self.established(); }
  table& established() {
    converse(dialer, acceptor);
    BOOST_REQUIRE(stands());
    return *this;
  }
};

// The hello, the reply and the finish of a link.
std::array<bytes, 3> recorded() {
  table t;
  t.established();
  return {t.dialer.sent[0], t.acceptor.sent[0], t.dialer.sent[1]};
}

template <class Change>
bytes edited(const bytes& frame, Change change) {
  auto message = wire::decode_handshake(bytes_view{frame}.subspan(header_octets));
  change(std::get<hello>(message.value()));
  return seal_handshake(wire::encode(*message));
}

bytes body_of(octet first, std::size_t size = 24) {
  bytes out(size);
  for (octet& value : out) value = first++;
  return out;
}

BOOST_AUTO_TEST_SUITE(link_session)

// -- what works -----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(two_nodes_establish_and_talk_in_chunks_of_any_size) {
  for (std::size_t chunk : {1, 3, 8, 31, 32, 33, 200, 4096}) {
    table t;
    converse(t.dialer, t.acceptor, chunk);
    BOOST_REQUIRE(t.stands());
    BOOST_TEST((t.dialer.self.peer() == t.right.id()));
    BOOST_TEST((t.acceptor.self.peer() == t.left.id()));
    bytes forth, back;
    std::vector<bytes> bodies;
    for (octet i = 0; i < 20; ++i) {
      bodies.push_back(body_of(i, 8 * (i + std::size_t{1})));
      append(forth, t.dialer.self.seal(bodies.back()));
      append(back, t.acceptor.self.seal(bodies.back()));
    }
    feed(t.acceptor, forth, chunk);
    feed(t.dialer, back, chunk);
    BOOST_TEST((t.acceptor.bodies == bodies && t.dialer.bodies == bodies));
    BOOST_TEST(t.dialer.code() + t.acceptor.code() == "");
  }
}

BOOST_AUTO_TEST_CASE(data_may_follow_the_finish_in_the_same_octets) {
  table t;
  converse(t.dialer, t.acceptor, 4096, 2);
  bytes rest = t.dialer.sent[1];
  append(rest, t.dialer.self.seal(body_of(1)));
  append(rest, t.dialer.self.seal(body_of(2, limits::frame_control_max)));
  t.acceptor.take(rest);
  BOOST_TEST(t.stands());
  BOOST_TEST(t.acceptor.bodies.size() == 2u);
}

// -- refusals -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_hello_that_is_not_for_this_node_is_refused_and_its_sender_told_why) {
  const auto refused = [](auto how, const char* code, const std::string& text) {
    table t;
    t.dialer.sent[0] = edited(t.dialer.sent[0], how);
    converse(t.dialer, t.acceptor);
    BOOST_TEST(t.acceptor.code() == code);
    BOOST_TEST(t.acceptor.ended->text.find(text) != std::string::npos, t.acceptor.ended->text);
    BOOST_REQUIRE(t.dialer.code() == "refused");
    BOOST_TEST(t.dialer.ended->text == "the peer says: " + render(*t.acceptor.ended));
    BOOST_TEST(t.dialer.sent.size() + t.acceptor.sent.size() == 2u); // nothing was signed
  };
  refused([](hello& m) { m.fleet.octets[0] ^= 1; }, "refused", "another fleet");
  refused([](hello& m) { m.peer.octets[0] ^= 1; }, "refused", "meant for another node");
  refused([](hello& m) { m.role = link_role::operator_tool; }, "refused", "role");
  refused([](hello& m) { m.version = 2; }, "unsupported", "version 2");
  refused([](hello& m) { m.version = 0; }, "unsupported", "version 0");
}

BOOST_AUTO_TEST_CASE(an_identity_that_is_not_admitted_is_told_so_before_anything_is_signed) {
  party left{1}, right{2};
  seat dialer = dialing(left, right.id());
  seat acceptor = accepting(right, [&](const node_id& who) -> status {
    BOOST_TEST((who == left.id()));
    return fail(ec::refused, "not a member");
  });
  converse(dialer, acceptor);
  BOOST_TEST(acceptor.code() == "refused");
  BOOST_TEST(dialer.code() == "refused");
  BOOST_TEST(dialer.ended->text == "the peer says: refused: not a member");
  BOOST_TEST(acceptor.sent.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_this_version_cannot_read_is_not_answered) {
  const auto answer = [](auto change) {
    table t;
    change(t.dialer.sent[0]);
    converse(t.dialer, t.acceptor);
    BOOST_TEST(t.acceptor.sent.empty());
    return t.acceptor.code();
  };
  BOOST_TEST(answer([](bytes& frame) { frame[4] = 2; }) == "unsupported");
  BOOST_TEST(answer([](bytes& frame) { frame[5] = 3; }) == "malformed");
  BOOST_TEST(answer([](bytes& frame) { frame.assign(frame.size(), 'G'); }) == "unsupported");
  BOOST_TEST(answer([](bytes& frame) {
    frame = edited(frame, [](hello& m) { m.role = static_cast<link_role>(2); });
  }) == "malformed");
}

// -- a third party on the way ---------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(nothing_recorded_serves_a_second_time) {
  table t;
  t.established();
  seat acceptor = accepting(t.right);
  feed(acceptor, t.dialer.sent[0], 4096); // answered, under another nonce
  feed(acceptor, t.dialer.sent[1], 4096);
  BOOST_TEST(acceptor.code() == "unauthentic");
  seat dialer = dialing(t.left, t.right.id());
  dialer.take(t.acceptor.sent[0]);
  BOOST_TEST(dialer.code() == "unauthentic");
  t.acceptor.take(t.dialer.sent[1]); // the link stands already
  BOOST_TEST(t.acceptor.code() == "malformed");
}

BOOST_AUTO_TEST_CASE(a_message_out_of_its_order_or_sent_back_ends_the_session) {
  const auto [opening, reply, finish] = recorded();
  const auto ended = [](seat& at, const bytes& frame) {
    at.take(frame);
    return at.code();
  };
  table a, b, c, d;
  BOOST_TEST(ended(a.dialer, a.dialer.sent[0]) == "malformed");
  BOOST_TEST(ended(a.acceptor, reply) == "malformed");
  BOOST_TEST(ended(b.dialer, finish) == "malformed");
  BOOST_TEST(ended(b.acceptor, finish) == "malformed");
  c.acceptor.take(opening);
  BOOST_TEST(ended(c.acceptor, opening) == "malformed");
  d.established();
  BOOST_TEST(ended(d.dialer, d.dialer.self.seal(body_of(1))) == "unauthentic");
  BOOST_TEST(ended(d.acceptor, d.acceptor.self.seal(body_of(1))) == "unauthentic");
}

bool is_same_message(const bytes& left, const bytes& right) {
  const auto one = wire::decode_handshake(bytes_view{left}.subspan(header_octets));
  const auto other = wire::decode_handshake(bytes_view{right}.subspan(header_octets));
  return one && other && *one == *other;
}

// Runs a handshake in which octet `place` of frame `index` is changed. Both ends stand only if what
// was changed is padding inside the message, as every field that is read is signed; says if so.
bool check_changed(std::size_t index, std::size_t place, octet flip) {
  table t;
  converse(t.dialer, t.acceptor, 4096, index);
  bytes& frame = index == 1 ? t.acceptor.sent[0] : t.dialer.sent[index / 2];
  const bytes before = frame;
  frame[place] ^= flip;
  const bool is_padding = place >= header_octets && is_same_message(before, frame);
  converse(t.dialer, t.acceptor);
  t.dialer.tick(start + limits::hello_deadline);
  t.acceptor.tick(start + limits::hello_deadline);
  BOOST_TEST_CONTEXT("frame " << index << " octet " << place) {
    BOOST_TEST(t.stands() == is_padding);
    BOOST_TEST((t.dialer.ended || t.acceptor.ended) == !is_padding);
  }
  return is_padding;
}

void check_all_changed(std::size_t first, std::size_t last) {
  const std::array<bytes, 3> frames = recorded();
  std::size_t padding = 0;
  for (std::size_t index = 0; index < frames.size(); ++index)
    for (std::size_t place = first; place < std::min(last, frames[index].size()); ++place)
      for (octet flip : {0x01, 0x80, 0xff}) padding += check_changed(index, place, flip);
  BOOST_TEST(padding <= 3u * (3 * 6 + 5 + 6)); // what the schema leaves free beside the fields
}

BOOST_AUTO_TEST_CASE(no_octet_of_a_hello_can_be_changed_on_its_way) {
  check_all_changed(0, 8);
  check_all_changed(header_octets, 4096);
}

BOOST_AUTO_TEST_CASE(the_octets_that_a_hello_frame_does_not_use_are_zero) {
  check_all_changed(8, header_octets);
}

// -- an established link --------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_frame_with_any_octet_changed_ends_the_link_and_is_not_delivered) {
  for (std::size_t place = 0; place < header_octets + body_of(1).size(); ++place)
    for (octet flip : {0x01, 0x80, 0xff}) {
      table t;
      bytes frame = t.established().dialer.self.seal(body_of(1));
      frame[place] ^= flip;
      t.acceptor.take(frame);
      for (int i = 0; i < 10; ++i) t.acceptor.take(t.dialer.self.seal(body_of(2)));
      t.acceptor.tick(start + limits::partial_frame_deadline); // a longer frame may never come
      const std::string code = t.acceptor.code();
      const bool wanted = place < 4    ? !code.empty()
                          : place == 4 ? code == "unsupported"
                                       : code == (place < 8 ? "malformed" : "unauthentic");
      BOOST_TEST(wanted, "octet " << place << ": " << code);
      BOOST_TEST(t.acceptor.bodies.empty(), "octet " << place);
    }
}

BOOST_AUTO_TEST_CASE(a_frame_repeated_lost_moved_or_cut_short_ends_the_link) {
  const auto delivered = [](std::vector<std::size_t> order, std::size_t cut = 0) {
    table t;
    bytes frames[3];
    t.established();
    for (bytes& frame : frames) frame = t.dialer.self.seal(body_of(200));
    frames[0].resize(frames[0].size() - cut);
    for (std::size_t which : order) t.acceptor.take(frames[which]);
    BOOST_TEST(t.acceptor.code() == "unauthentic");
    return t.acceptor.bodies.size();
  };
  BOOST_TEST(delivered({0, 0, 1}) == 1u);
  BOOST_TEST(delivered({0, 1, 0, 2}) == 2u);
  BOOST_TEST(delivered({0, 2, 1}) == 1u);
  BOOST_TEST(delivered({1, 0, 2}) == 0u);
  for (std::size_t cut = 1; cut < 24; ++cut) BOOST_TEST(delivered({0, 1, 2}, cut) == 0u);
}

BOOST_AUTO_TEST_CASE(data_before_the_finish_is_refused) {
  table t;
  const bytes early = frame_sealer{crypto::secret{32}}.seal(body_of(1));
  t.dialer.take(early);
  t.acceptor.take(t.dialer.sent[0]);
  t.acceptor.take(early);
  BOOST_TEST(t.dialer.code() + t.acceptor.code() == "unauthenticunauthentic");
  BOOST_TEST(t.dialer.bodies.size() + t.acceptor.bodies.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_length_over_the_cap_ends_the_session_before_anything_is_allocated) {
  const auto announced = [](seat& to, std::size_t length) {
    bytes header = frame_sealer{crypto::secret{32}}.seal({});
    store_le32(header.data(), static_cast<std::uint32_t>(length));
    largest_allocation = 0;
    to.take(header);
    BOOST_TEST(largest_allocation < 1024u);
    return to.code();
  };
  for (std::size_t over : {std::size_t{0}, std::size_t{8}, std::size_t{0xffe0'0000}}) {
    const std::string wanted = over == 0 ? "" : "too-large"; // at the cap the rest is awaited
    table fresh, link;
    link.established();
    BOOST_TEST(announced(fresh.dialer, limits::hello_max + over) == wanted);
    BOOST_TEST(announced(fresh.acceptor, limits::hello_max + over) == wanted);
    BOOST_TEST(announced(link.dialer, limits::frame_bulk_max + over) == wanted);
  }
}

// -- time -----------------------------------------------------------------------------------------

// Nothing happens until just before `when`, and then the session ends.
void check_deadline(seat& at, mono_time when, const std::string& text) {
  BOOST_TEST((at.self.deadline() == when));
  at.tick(when - nanoseconds{1});
  BOOST_TEST(at.code() == "");
  at.tick(when);
  BOOST_REQUIRE(at.code() == "timed-out");
  BOOST_TEST(at.ended->text == text);
  at.tick(when + hours{1}); // checks that it does not end twice
}

BOOST_AUTO_TEST_CASE(a_hello_has_5_seconds_whatever_arrives_meanwhile) {
  table t;
  t.acceptor.take(t.dialer.sent[0], start + seconds{4});
  t.dialer.take(bytes(10, 8), start + seconds{4});
  check_deadline(t.dialer, start + seconds{5}, "no hello within its deadline");
  check_deadline(t.acceptor, start + seconds{5}, "no hello within its deadline");
}

BOOST_AUTO_TEST_CASE(a_frame_that_was_begun_has_10_seconds) {
  table t;
  const bytes frame = t.established().dialer.self.seal(body_of(1));
  feed(t.acceptor, bytes_view{frame}.first(20), 20, start + seconds{3});
  feed(t.acceptor, bytes_view{frame}.subspan(20, 30), 1, start + seconds{12}); // no more time
  check_deadline(t.acceptor, start + seconds{13}, "a frame was begun and not finished");
}

BOOST_AUTO_TEST_CASE(silence_ends_a_link_after_35_seconds) {
  table t;
  const bytes frame = t.established().dialer.self.seal(body_of(1));
  feed(t.acceptor, bytes_view{frame}.first(40), 7, start + seconds{3});
  feed(t.acceptor, bytes_view{frame}.subspan(40), 7, start + seconds{8});
  BOOST_TEST(t.acceptor.bodies.size() == 1u);
  feed(t.acceptor, t.dialer.self.seal(body_of(1)), 5, start + seconds{20});
  feed(t.acceptor, bytes_view{frame}.first(8), 8, start + seconds{50}); // begun, but heard nothing
  (void)t.dialer.self.seal(body_of(1)); // what one sends is no sign of the other
  check_deadline(t.acceptor, start + seconds{55}, "the link was silent for too long");
  check_deadline(t.dialer, start + seconds{35}, "the link was silent for too long");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn::link
