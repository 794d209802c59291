// What an attacker on the wire can send: changed, cut, repeated, reflected and misordered messages,
// bad points, and a man in the middle. Every run ends silently, or both screens show different
// strings.
#include "runtime/crypto/ceremony_machine.hpp"

#include "tests/unit/ceremony_support.hpp"

namespace ppn::crypto {
namespace {

using test::side;
using test::table;

// The run goes on with `message` in the place of message `index`; true when both sides come to show
// a string, and the same.
bool agrees_with(table& both, std::size_t index, const bytes& message) {
  both.run_to(index + 1);
  both.wire.back() = message;
  for (std::size_t i = index; i < 6; ++i) {
    ceremony_step step = both.receiver(i).receive(both.wire.back());
    BOOST_REQUIRE(step.finished == (both.receiver(i).machine.stage() == ceremony_stage::aborted));
    BOOST_REQUIRE(!step.finished || step.send.empty());
    if (step.send.empty()) break;
    both.wire.push_back(std::move(step.send));
  }
  const std::string& left = both.initiator.machine.sas();
  return !left.empty() && left == both.responder.machine.sas();
}

BOOST_AUTO_TEST_SUITE(ceremony_hostile)

// All bits of all six messages. The last message is special: the responder has proved the initiator
// by then, but the initiator must not accept.
BOOST_AUTO_TEST_CASE(no_changed_bit_in_any_message_gets_through) {
  table sample;
  sample.run_to(6);
  for (std::size_t index = 0; index < 6; ++index)
    for (std::size_t bit = 0; bit < 8 * sample.wire[index].size(); ++bit) {
      table both;
      bytes changed = sample.wire[index];
      changed[bit / 8] ^= static_cast<octet>(1 << (bit % 8));
      const bool agreed = agrees_with(both, index, changed);
      BOOST_REQUIRE_MESSAGE(!agreed, "message " << index + 1 << " bit " << bit);
      BOOST_REQUIRE(both.initiator.machine.peer() == nullptr);
      BOOST_REQUIRE(index == 5 || both.responder.machine.peer() == nullptr);
    }
}

BOOST_AUTO_TEST_CASE(no_cut_and_no_lengthened_message_gets_through) {
  for (std::size_t index = 0; index < 6; ++index) {
    table sample;
    sample.run_to(index + 1);
    const bytes good = sample.wire.back();
    for (std::size_t size = 0; size <= good.size() + 1; ++size) {
      if (size == good.size()) continue;
      table both;
      bytes changed = good;
      changed.resize(size);
      BOOST_REQUIRE(!agrees_with(both, index, changed));
      const abort_reason reason = both.receiver(index).machine.reason();
      BOOST_REQUIRE(reason == abort_reason::malformed);
    }
  }
}

// Every message at every stage of both sides, other than the one that is awaited.
BOOST_AUTO_TEST_CASE(every_message_out_of_its_place_ends_the_run) {
  table sample;
  sample.compare();
  std::vector<bytes> all = sample.wire;
  all.push_back(encode_record(bytes(40)));
  for (std::size_t sent = 1; sent <= 6; ++sent)
    for (std::size_t which = 0; which < all.size(); ++which) {
      if (which == sent - 1) continue;
      table both;
      both.run_to(sent);
      side& one = both.receiver(sent - 1);
      test::check_silent_end(one, one.receive(all[which]), abort_reason::unexpected_message);
    }
}

BOOST_AUTO_TEST_CASE(a_message_that_comes_twice_ends_the_run) {
  for (std::size_t index = 0; index < 6; ++index) {
    table both;
    both.run_to(index + 1);
    side& one = both.receiver(index);
    const bool first_ends = one.receive(both.wire.back()).finished;
    BOOST_TEST(!first_ends);
    const ceremony_step again = one.receive(both.wire.back());
    test::check_silent_end(one, again, abort_reason::unexpected_message);
  }
}

// A recorded run of the same code against a responder that draws a new nonce.
BOOST_AUTO_TEST_CASE(a_replayed_run_fails_at_its_proof) {
  table recorded;
  recorded.compare();
  table fresh(ceremony_role::node, test::text_of_tests, 1);
  BOOST_TEST(!fresh.responder.receive(recorded.wire[0]).send.empty());
  BOOST_TEST(!fresh.responder.receive(recorded.wire[2]).send.empty());
  const ceremony_step step = fresh.responder.receive(recorded.wire[4]);
  test::check_silent_end(fresh.responder, step, abort_reason::bad_tag);
  BOOST_TEST(fresh.responder.charges() == 1);
}

BOOST_AUTO_TEST_CASE(replayed_answers_fail_at_the_initiator) {
  table recorded;
  recorded.compare();
  table fresh(ceremony_role::node, test::text_of_tests, 1);
  (void)fresh.initiator.start();
  BOOST_TEST(!fresh.initiator.receive(recorded.wire[1]).send.empty());
  BOOST_TEST(!fresh.initiator.receive(recorded.wire[3]).send.empty());
  const ceremony_step step = fresh.initiator.receive(recorded.wire[5]);
  test::check_silent_end(fresh.initiator, step, abort_reason::bad_tag);
  BOOST_TEST(fresh.initiator.charges() == 1);
}

// A mirror that is clever enough to change the kind octet: nonce, share and keys are recognised.
BOOST_AUTO_TEST_CASE(own_values_that_come_back_are_recognised) {
  table nonce;
  nonce.run_to(1);
  bytes mirrored = nonce.wire[0];
  mirrored[0] = static_cast<octet>(message_kind::hello_responder);
  test::check_silent_end(nonce.initiator, nonce.initiator.receive(mirrored),
                         abort_reason::own_value_returned);

  table share;
  share.run_to(3);
  mirrored = share.wire[2];
  mirrored[0] = static_cast<octet>(message_kind::share_responder);
  (void)share.responder.receive(share.wire[2]);
  test::check_silent_end(share.initiator, share.initiator.receive(mirrored),
                         abort_reason::own_value_returned);

  for (bool identity : {true, false}) {
    table keys;
    keys.run_to(3);
    ceremony_party party = test::party(ceremony_role::fleet, 40);
    if (identity)
      party.identity = keys.initiator.machine.self().identity;
    else
      party.tunnel = keys.initiator.machine.self().tunnel;
    const bytes message =
        encode_share(message_kind::share_responder, cpace::element{9}, encode_ad({party, {}}));
    test::check_silent_end(keys.initiator, keys.initiator.receive(message),
                           abort_reason::own_value_returned);
  }
}

BOOST_AUTO_TEST_CASE(two_nodes_and_two_fleets_never_pair) {
  for (ceremony_role role : {ceremony_role::node, ceremony_role::fleet}) {
    side a{test::typed_code(), test::machine(ceremony_side::initiator, role)};
    side b{test::shown_code(), test::machine(ceremony_side::responder, role)};
    const bytes hello = b.receive(a.start().send).send;
    const ceremony_step step = b.receive(a.receive(hello).send);
    test::check_silent_end(b, step, abort_reason::equal_roles);
  }
}

BOOST_AUTO_TEST_CASE(bad_points_end_the_run_on_either_side_without_a_charge) {
  struct sample {
    std::string_view point;
    abort_reason reason;
  };
  const sample samples[] = {
      {"0000000000000000000000000000000000000000000000000000000000000000",
       abort_reason::identity_share},
      {"0000000000000000000000000000000000000000000000000000000000000080",
       abort_reason::top_bit_set},
      {"2c3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a59c",
       abort_reason::top_bit_set},
      {"2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c", abort_reason::bad_share},
      {"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", abort_reason::bad_share},
      {"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", abort_reason::bad_share},
  };
  for (const sample& one : samples) {
    const bytes point = *from_hex(one.point);
    for (std::size_t index : {2, 3}) {
      table both;
      both.run_to(index + 1);
      bytes message = both.wire.back();
      std::copy(point.begin(), point.end(), message.begin() + 2);
      side& receiver = both.receiver(index);
      test::check_silent_end(receiver, receiver.receive(message), one.reason);
      BOOST_TEST(receiver.charges() == 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(another_version_ends_the_run) {
  for (std::size_t index : {0, 1}) {
    table both;
    both.run_to(index + 1);
    bytes message = both.wire.back();
    message[2] = 2;
    side& receiver = both.receiver(index);
    test::check_silent_end(receiver, receiver.receive(message), abort_reason::unknown_version);
  }
}

// The man in the middle knows the code, so both of his runs succeed; the screens differ.
BOOST_AUTO_TEST_CASE(a_man_in_the_middle_who_knows_the_code_shows_different_strings) {
  for (octet run = 0; run < 20; ++run) {
    table with_initiator(ceremony_role::node, test::text_of_tests, run);
    table with_responder(ceremony_role::node, test::text_of_tests, static_cast<octet>(run + 100));
    with_initiator.compare();
    with_responder.compare();
    BOOST_TEST(with_initiator.initiator.machine.sas() != with_responder.responder.machine.sas());
  }
}

// Two ceremonies with codes of their own; an attacker swaps their messages from each point on.
BOOST_AUTO_TEST_CASE(a_relay_between_two_ceremonies_agrees_with_nobody) {
  for (std::size_t from = 0; from < 5; ++from) {
    table one;
    side other{
        ceremony_code::shown(crockford::code_octets{1, 2, 3, 4, 5}, test::at(ceremony_window)),
        test::machine(ceremony_side::responder, ceremony_role::fleet, 7)};
    bytes message = one.initiator.start().send;
    for (std::size_t i = 0; i < 6 && !message.empty(); ++i) {
      side& receiver = i % 2 == 1 ? one.initiator : i >= from ? other : one.responder;
      message = receiver.receive(message).send;
    }
    BOOST_TEST(one.initiator.machine.peer() == nullptr);
    BOOST_TEST(other.machine.peer() == nullptr);
  }
}

// Somebody who knows the code and commits to other octets than those he reveals.
BOOST_AUTO_TEST_CASE(
    a_broken_commitment_or_seal_after_a_good_tag_uses_the_code_up_without_an_answer) {
  for (bool broken_seal : {true, false}) {
    side b{test::shown_code(), test::machine(ceremony_side::responder, ceremony_role::fleet)};
    const secret scalar = test::secret_of(bytes(32, 3));
    ceremony_nonce nonce{1};
    const bytes hello = b.receive(encode_hello(message_kind::hello_initiator, nonce)).send;
    const auto peer_nonce = parse_hello(message_kind::hello_responder, hello).value();
    const bytes sid = session_id(nonce, peer_nonce);
    const secret base = cpace::generator(view_of("TC6DCT5N"), ceremony_channel_identifier(), sid);
    const auto ya = cpace::share(scalar, base.view()).value();
    const bytes reveal(reveal_size, 5);
    const bytes committed(reveal_size, broken_seal ? 5 : 6);
    const bytes ad = encode_ad({test::party(ceremony_role::node, 50), commitment_to(committed)});
    const bytes answer = b.receive(encode_share(message_kind::share_initiator, ya, ad)).send;
    const auto theirs = parse_share(message_kind::share_responder, answer).value();
    const secret shared = cpace::verify_and_multiply(scalar, theirs.share).value();
    const secret isk =
        cpace::isk(sid, shared, cpace::transcript_ir(ya, ad, theirs.share, theirs.ad));
    const secret prk = session_prk(sid, isk);
    sealed_channel channel(key_initiator_to_responder(prk), key_responder_to_initiator(prk));
    const octet context[] = {static_cast<octet>(message_kind::proof_initiator)};
    bytes sealed = channel.seal(reveal, context).value();
    if (broken_seal) sealed[0] ^= 1;
    const auto tag = cpace::make_tag(cpace::mac_key(sid, isk), ya, ad);
    const ceremony_step step = b.receive(encode_initiator_proof(tag, sealed));
    BOOST_TEST(to_string(step.guess) == "succeeded");
    test::check_silent_end(b, step,
                           broken_seal ? abort_reason::bad_seal : abort_reason::bad_commitment);
    BOOST_TEST(b.charges() == 0);
    BOOST_TEST(b.code.guesses().used());
  }
}

// Random octets at every stage: no crash, no answer, no charge except where a tag was out.
BOOST_AUTO_TEST_CASE(noise_at_every_stage_is_met_with_silence) {
  std::uint64_t state = 1;
  const auto next = [&] { return state = state * 6364136223846793005u + 1442695040888963407u; };
  for (std::size_t sent = 1; sent <= 6; ++sent)
    for (int round = 0; round < 50; ++round) {
      table both;
      both.run_to(sent);
      bytes noise(next() % 300);
      for (octet& value : noise)
        value = static_cast<octet>(next() >> 56);
      if (!noise.empty() && round % 2 == 0) noise[0] = static_cast<octet>(sent);
      side& one = both.receiver(sent - 1);
      const ceremony_step step = one.receive(noise);
      test::check_silent_end(one, step, one.machine.reason());
      BOOST_TEST(one.charges() == (sent == 6 ? 1 : 0));
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn::crypto
