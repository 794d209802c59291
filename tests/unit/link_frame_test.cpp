// The frame: every octet of its header, the order in which a header is refused, and a MAC that fits
// one frame at one place of one direction. And the hello as plain messages between two keys: what a
// third key, a recorded message or an exchanged ephemeral key comes to.
#include "runtime/link/frame.hpp"

#include "messages/base/limits.hpp"
#include "runtime/adapters/ed25519_signer.hpp"
#include "runtime/crypto/hash.hpp"
#include "runtime/link/handshake.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <new>

namespace ppn::link {

// The largest single allocation since it was last set to zero, for this whole program.
extern std::size_t largest_allocation;
std::size_t largest_allocation = 0;

} // namespace ppn::link

namespace {

void* watched(std::size_t size) noexcept {
  ppn::link::largest_allocation = std::max(ppn::link::largest_allocation, size);
  return std::malloc(size == 0 ? 1 : size);
}

} // namespace

void* operator new(std::size_t size) {
  if (void* at = watched(size)) return at;
  throw std::bad_alloc{};
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return watched(size); }
// Not inlined: a compiler that sees through only one of the two takes them for a mismatch.
[[gnu::noinline]] void operator delete(void* at) noexcept { std::free(at); }
[[gnu::noinline]] void operator delete(void* at, std::size_t) noexcept { std::free(at); }

namespace ppn::link {
namespace {

using raw_header = std::array<octet, header_octets>;

raw_header header_of(bytes_view frame) {
  raw_header raw{};
  std::copy_n(frame.begin(), header_octets, raw.begin());
  return raw;
}

crypto::secret key(octet value) {
  bytes octets(32, value);
  return crypto::secret::take(octets);
}

bytes body_of(std::size_t size) {
  bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<octet>(i);
  return out;
}

std::string outcome(const raw_header& raw, std::size_t length_max = limits::hello_max) {
  auto got = parse_header(raw, length_max);
  return got ? std::string{} : std::string{to_string(got.error().code)};
}

raw_header with(std::size_t place, octet value) {
  raw_header raw = header_of(seal_handshake(body_of(16)));
  raw[place] = value;
  return raw;
}

raw_header with_length(std::uint32_t length) {
  raw_header raw = with(0, 0);
  store_le32(raw.data(), length);
  return raw;
}

// -- a hello without frames -----------------------------------------------------------------------

class repeating_entropy final : public entropy {
public:
  explicit repeating_entropy(octet first) : next_(first) {}
  void fill(std::span<octet> out) override { std::fill(out.begin(), out.end(), next_++); }

private:
  octet next_;
};

ed25519_signer signer_of(octet seed) {
  return ed25519_signer{crypto::signing_key::from_seed(bytes(32, seed))};
}

// Says to be somebody, and signs with a key of its own.
struct impostor final : signer {
  node_id claimed;
  signer& own;
  impostor(const node_id& claims, signer& signs) : claimed(claims), own(signs) {}
  const node_id& key(key_role) const override { return claimed; }
  signature sign_as(key_role role, bytes_view message) override { return own.sign_as(role, message); }
  bool verify(const node_id& by, bytes_view message, const signature& sig) override {
    return own.verify(by, message, sig);
  }
};

struct hello_run {
  ed25519_signer left = signer_of(1), right = signer_of(2), third = signer_of(3);
  repeating_entropy random{100};
  handshake_terms terms{};

  initiator dial(signer& who) { return {terms, right.identity(), who, random}; }
  responder answer(const hello& opening, signer& who) {
    auto got = responder::answer(opening, terms, who, random);
    BOOST_REQUIRE(got.has_value());
    return std::move(*got);
  }
};

template <class T>
std::string code_of(const result<T>& got) {
  return got ? std::string{} : std::string{to_string(got.error().code)};
}

BOOST_AUTO_TEST_SUITE(link_frame)

BOOST_AUTO_TEST_CASE(a_hello_frame_has_the_documented_octets) {
  BOOST_TEST(to_hex(seal_handshake(body_of(8))) ==
             "08000000" // length
             "01"       // version
             "01"       // kind
             "0000"     // reserved
             "0000000000000000"
             "00000000000000000000000000000000"
             "0001020304050607");
}

// The MACs were computed apart from this code: key 32 times 0x07, frame key of frame n from octet 32 n
// of the ChaCha20 key stream on, Poly1305 over 16 octets of header and body.
BOOST_AUTO_TEST_CASE(a_sealed_frame_has_the_documented_octets) {
  frame_sealer sealer{key(7)};
  BOOST_TEST(to_hex(sealer.seal(body_of(8))) == "08000000010200000000000000000000"
                                                "041cd9284ef127c04e29c041f2837ad7"
                                                "0001020304050607");
  BOOST_TEST(to_hex(sealer.seal(body_of(24))) ==
             "18000000010200000100000000000000"
             "eb1de423ba591b56f1f7c37f6afe9c31"
             "000102030405060708090a0b0c0d0e0f1011121314151617");
  BOOST_TEST(sealer.count() == 2u);
}

BOOST_AUTO_TEST_CASE(a_header_says_what_was_written) {
  frame_sealer sealer{key(7)};
  (void)sealer.seal(body_of(8));
  auto got = parse_header(header_of(sealer.seal(body_of(520))), limits::hello_max);
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST(got->length == 520u);
  BOOST_TEST((got->kind == frame_kind::data));
  BOOST_TEST(got->counter == 1u);
  got = parse_header(header_of(seal_handshake(body_of(16))), limits::hello_max);
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST(got->length == 16u);
  BOOST_TEST((got->kind == frame_kind::handshake));
}

BOOST_AUTO_TEST_CASE(only_version_one_is_spoken) {
  for (int value = 0; value < 256; ++value)
    BOOST_TEST(outcome(with(4, static_cast<octet>(value))) == (value == 1 ? "" : "unsupported"));
}

BOOST_AUTO_TEST_CASE(there_are_two_kinds_of_frames) {
  for (int value = 0; value < 256; ++value)
    BOOST_TEST(outcome(with(5, static_cast<octet>(value))) ==
               (value == 1 || value == 2 ? "" : "malformed"));
}

BOOST_AUTO_TEST_CASE(the_reserved_octets_are_zero) {
  for (int value = 1; value < 256; ++value) {
    BOOST_TEST(outcome(with(6, static_cast<octet>(value))) == "malformed");
    BOOST_TEST(outcome(with(7, static_cast<octet>(value))) == "malformed");
  }
}

BOOST_AUTO_TEST_CASE(a_length_is_a_positive_multiple_of_8_within_its_cap) {
  for (std::uint32_t length = 0; length <= 64; ++length)
    BOOST_TEST(outcome(with_length(length)) == (length > 0 && length % 8 == 0 ? "" : "malformed"));
  for (std::size_t cap : {limits::hello_max, limits::frame_control_max, limits::frame_bulk_max}) {
    const auto length = static_cast<std::uint32_t>(cap);
    BOOST_TEST(outcome(with_length(length), cap) == "");
    for (std::uint32_t over : {length + 1, length + 8, 0x8000'0000u, 0xffff'fff8u, 0xffff'ffffu})
      BOOST_TEST(outcome(with_length(over), cap) == "too-large", over << " of " << cap);
  }
}

BOOST_AUTO_TEST_CASE(another_version_is_recognised_whatever_else_its_header_means) {
  raw_header raw;
  raw.fill(0xff);
  BOOST_TEST(outcome(raw) == "unsupported");
}

// -- MACs -----------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(frames_open_in_the_order_in_which_they_were_sealed) {
  frame_sealer sealer{key(7)};
  frame_opener opener{key(7)};
  for (std::size_t i = 1; i <= 40; ++i) {
    BOOST_TEST(opener.open(sealer.seal(body_of(8 * i))), "frame " << i);
    BOOST_TEST(opener.count() == i);
    BOOST_TEST(sealer.count() == i);
  }
}

BOOST_AUTO_TEST_CASE(a_frame_opens_once_and_only_in_its_place) {
  frame_sealer sealer{key(7)};
  const bytes first = sealer.seal(body_of(8)), second = sealer.seal(body_of(8));
  frame_opener opener{key(7)};
  BOOST_TEST(!opener.open(second));
  BOOST_TEST(opener.open(first));
  BOOST_TEST(!opener.open(first));
  BOOST_TEST(opener.count() == 1u);
  BOOST_TEST(opener.open(second));
}

BOOST_AUTO_TEST_CASE(a_frame_with_the_counter_of_another_does_not_open) {
  frame_sealer sealer{key(7)};
  (void)sealer.seal(body_of(8));
  bytes second = sealer.seal(body_of(8));
  store_le64(second.data() + 8, 0); // as if it were the first
  BOOST_TEST(!frame_opener{key(7)}.open(second));
}

BOOST_AUTO_TEST_CASE(a_frame_of_another_key_does_not_open) {
  BOOST_TEST(!frame_opener{key(8)}.open(frame_sealer{key(7)}.seal(body_of(8))));
}

BOOST_AUTO_TEST_CASE(a_frame_with_any_bit_changed_does_not_open) {
  bytes frame = frame_sealer{key(7)}.seal(body_of(24));
  frame_opener opener{key(7)};
  for (std::size_t bit = 0; bit < 8 * frame.size(); ++bit) {
    const auto flip = static_cast<octet>(1u << bit % 8);
    frame[bit / 8] ^= flip;
    BOOST_TEST(!opener.open(frame), "bit " << bit);
    frame[bit / 8] ^= flip;
  }
  BOOST_TEST(opener.open(frame));
}

BOOST_AUTO_TEST_CASE(a_frame_longer_or_shorter_than_it_was_does_not_open) {
  const bytes frame = frame_sealer{key(7)}.seal(body_of(24));
  frame_opener opener{key(7)};
  for (std::size_t size = header_octets + 1; size < frame.size(); ++size)
    BOOST_TEST(!opener.open(bytes_view{frame}.first(size)), size << " octets");
  bytes longer = frame;
  for (int more = 0; more < 16; ++more) {
    longer.push_back(0);
    BOOST_TEST(!opener.open(longer), longer.size() << " octets");
  }
  BOOST_TEST(opener.open(frame));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(link_handshake)

BOOST_AUTO_TEST_CASE(both_sides_of_a_hello_have_the_same_two_keys_crossed) {
  hello_run run;
  initiator dialer = run.dial(run.left);
  responder acceptor = run.answer(dialer.opening(), run.right);
  auto forth = dialer.on_reply(acceptor.reply());
  BOOST_REQUIRE(forth.has_value());
  auto back = acceptor.on_finish(forth->finish);
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST(crypto::equal(forth->keys.send.view(), back->receive.view()));
  BOOST_TEST(crypto::equal(forth->keys.receive.view(), back->send.view()));
  BOOST_TEST(!crypto::equal(back->send.view(), back->receive.view()));
  BOOST_TEST((acceptor.peer() == run.left.identity()));
}

BOOST_AUTO_TEST_CASE(two_links_of_the_same_nodes_share_no_keys) {
  hello_run run;
  std::vector<std::string> keys;
  for (int i = 0; i < 2; ++i) {
    initiator dialer = run.dial(run.left);
    auto got = dialer.on_reply(run.answer(dialer.opening(), run.right).reply());
    BOOST_REQUIRE(got.has_value());
    keys.push_back(to_hex(got->keys.send.view()));
  }
  BOOST_TEST(keys[0] != keys[1]);
}

BOOST_AUTO_TEST_CASE(whoever_does_not_hold_the_key_is_unauthentic) {
  hello_run run;
  impostor as_left(run.left.identity(), run.third), as_right(run.right.identity(), run.third);
  initiator false_dialer = run.dial(as_left);
  responder acceptor = run.answer(false_dialer.opening(), run.right);
  auto finish = false_dialer.on_reply(acceptor.reply());
  BOOST_REQUIRE(finish.has_value());
  BOOST_TEST(code_of(acceptor.on_finish(finish->finish)) == "unauthentic");
  initiator dialer = run.dial(run.left);
  const responder false_acceptor = run.answer(dialer.opening(), as_right);
  BOOST_TEST(code_of(dialer.on_reply(false_acceptor.reply())) == "unauthentic");
}

BOOST_AUTO_TEST_CASE(another_member_cannot_answer_in_the_place_of_the_dialed_one) {
  hello_run run;
  initiator dialer = run.dial(run.left);
  hello opening = dialer.opening();
  BOOST_TEST(code_of(responder::answer(opening, run.terms, run.third, run.random)) == "refused");
  opening.peer = run.third.identity(); // it pretends to have been meant
  const auto got = dialer.on_reply(run.answer(opening, run.third).reply());
  BOOST_REQUIRE(code_of(got) == "unauthentic");
  BOOST_TEST(got.error().text.starts_with("another identity answers"));
}

BOOST_AUTO_TEST_CASE(an_ephemeral_key_exchanged_on_the_way_is_noticed) {
  hello_run run;
  exchange_octets own;
  own.octets.fill(9);
  initiator dialer = run.dial(run.left), other = run.dial(run.left);
  hello opening = dialer.opening();
  opening.exchange = own;
  BOOST_TEST(code_of(dialer.on_reply(run.answer(opening, run.right).reply())) == "unauthentic");
  hello_reply reply = run.answer(dialer.opening(), run.right).reply();
  reply.exchange = own;
  BOOST_TEST(code_of(dialer.on_reply(reply)) == "unauthentic");
  // The keys of two hellos of the same node, each in the place of the other.
  opening = dialer.opening();
  opening.exchange = other.opening().exchange;
  BOOST_TEST(code_of(dialer.on_reply(run.answer(opening, run.right).reply())) == "unauthentic");
}

BOOST_AUTO_TEST_CASE(a_recorded_reply_or_finish_serves_no_other_hello) {
  hello_run run;
  initiator first = run.dial(run.left), second = run.dial(run.left);
  const responder answered = run.answer(first.opening(), run.right);
  BOOST_TEST(code_of(second.on_reply(answered.reply())) == "unauthentic");
  auto finish = first.on_reply(answered.reply());
  BOOST_REQUIRE(finish.has_value());
  responder again = run.answer(first.opening(), run.right); // the same hello, a new nonce
  BOOST_TEST(code_of(again.on_finish(finish->finish)) == "unauthentic");
  BOOST_TEST(code_of(again.on_finish({answered.reply().proof})) == "unauthentic");
}

// A member in good standing may still choose its ephemeral key so that the secret is known to all.
// This also fixes what is signed: the transcript, octet by octet.
BOOST_AUTO_TEST_CASE(a_signed_key_of_low_order_is_unauthentic) {
  hello_run run;
  for (octet low : {0, 1}) {
    initiator dialer = run.dial(run.left);
    const hello& m = dialer.opening();
    hello_reply reply{1, run.right.identity(), {}, {}, {}};
    reply.exchange.octets[0] = low;
    const octet versions_and_role[] = {1, 0, 1, 0, 0};
    bytes text;
    append(text, view_of("ppn-link/1 responder"));
    append(text, crypto::sha512({view_of("ppn-link/1"), versions_and_role, m.fleet.view(),
                                 m.identity.view(), m.peer.view(), m.nonce.view(),
                                 m.exchange.view(), reply.identity.view(), reply.nonce.view(),
                                 reply.exchange.view()}));
    reply.proof = run.right.sign(text);
    const auto got = dialer.on_reply(reply);
    BOOST_REQUIRE(code_of(got) == "unauthentic");
    BOOST_TEST(got.error().text == "the peer's exchange key is a low-order point");
  }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn::link
