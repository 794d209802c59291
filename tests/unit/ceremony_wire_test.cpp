// The messages as octets: each has one spelling, and no change of its form gets through.
#include "runtime/crypto/ceremony_wire.hpp"

#include "tests/unit/ceremony_support.hpp"

#include <set>

namespace ppn::crypto {
namespace {

struct sample {
  message_kind kind;
  bytes octets;
};

std::vector<sample> samples() {
  ceremony_nonce nonce{};
  nonce.fill(3);
  cpace::element share{};
  share.fill(4);
  cpace::tag tag{};
  tag.fill(5);
  const bytes ad(100, 6);
  using enum message_kind;
  return {{hello_initiator, encode_hello(hello_initiator, nonce)},
          {hello_responder, encode_hello(hello_responder, nonce)},
          {share_initiator, encode_share(share_initiator, share, ad)},
          {share_responder, encode_share(share_responder, share, ad)},
          {proof_initiator, encode_initiator_proof(tag, bytes(sealed_reveal_size, 7))},
          {proof_responder, encode_responder_proof(tag)},
          {record, encode_record(bytes(40, 8))}};
}

template <class T>
abort_reason reason_of(const parsed<T>& what) {
  return what ? abort_reason::none : what.error();
}

// Reads as `kind` and, when it is one, writes it again.
abort_reason read(message_kind kind, bytes_view message) {
  using enum message_kind;
  bytes again;
  abort_reason reason = abort_reason::none;
  if (kind == hello_initiator || kind == hello_responder) {
    auto what = parse_hello(kind, message);
    reason = reason_of(what);
    if (what) again = encode_hello(kind, *what);
  } else if (kind == share_initiator || kind == share_responder) {
    auto what = parse_share(kind, message);
    reason = reason_of(what);
    if (what) again = encode_share(kind, what->share, what->ad);
  } else if (kind == proof_initiator) {
    auto what = parse_initiator_proof(message);
    reason = reason_of(what);
    if (what) again = encode_initiator_proof(what->tag, what->sealed_reveal);
  } else if (kind == proof_responder) {
    auto what = parse_responder_proof(message);
    reason = reason_of(what);
    if (what) again = encode_responder_proof(*what);
  } else {
    auto what = parse_record(message);
    reason = reason_of(what);
    if (what) again = encode_record(*what);
  }
  BOOST_REQUIRE(reason != abort_reason::none || std::ranges::equal(again, message));
  return reason;
}

BOOST_AUTO_TEST_SUITE(ceremony_wire)

BOOST_AUTO_TEST_CASE(each_message_is_read_by_its_own_kind_only) {
  for (const sample& one : samples())
    for (const sample& other : samples())
      BOOST_TEST(to_string(read(one.kind, other.octets)) ==
                 to_string(one.kind == other.kind ? abort_reason::none
                                                  : abort_reason::unexpected_message));
}

BOOST_AUTO_TEST_CASE(no_message_may_be_cut_or_lengthened) {
  for (const sample& one : samples()) {
    if (one.kind == message_kind::record) continue;
    for (std::size_t size = 0; size < one.octets.size(); ++size)
      BOOST_CHECK(read(one.kind, bytes_view(one.octets).first(size)) == abort_reason::malformed);
    bytes longer = one.octets;
    longer.push_back(0);
    BOOST_CHECK(read(one.kind, longer) == abort_reason::malformed);
  }
}

BOOST_AUTO_TEST_CASE(messages_over_their_cap_are_refused_before_they_are_read) {
  for (const sample& one : samples()) {
    bytes longer = one.octets;
    longer.resize(record_message_max + 1);
    BOOST_CHECK(read(one.kind, longer) == abort_reason::malformed);
  }
  const cpace::element share{};
  const auto kind = message_kind::share_initiator;
  const bytes largest = encode_share(kind, share, bytes(ad_size_max));
  BOOST_TEST(largest.size() == message_size_max);
  BOOST_CHECK(read(kind, largest) == abort_reason::none);
  BOOST_CHECK(read(kind, encode_share(kind, share, bytes(ad_size_max + 1))) ==
              abort_reason::malformed);
}

BOOST_AUTO_TEST_CASE(a_share_of_another_length_and_an_unknown_version_are_told_apart) {
  const auto kind = message_kind::share_responder;
  for (std::size_t size : {0, 31, 33}) {
    bytes message{static_cast<octet>(kind)};
    append(message, cpace::lv_cat({bytes(size), bytes(10)}));
    BOOST_CHECK(read(kind, message) == abort_reason::wrong_length);
  }
  const bytes hello{1, 1, 2, 0};
  BOOST_CHECK(read(message_kind::hello_initiator, hello) == abort_reason::unknown_version);
}

BOOST_AUTO_TEST_CASE(records_have_a_least_and_a_largest_size) {
  const auto kind = message_kind::record;
  BOOST_CHECK(read(kind, encode_record(bytes(15))) == abort_reason::malformed);
  BOOST_CHECK(read(kind, encode_record(bytes(16))) == abort_reason::none);
  BOOST_CHECK(read(kind, bytes(record_message_max, 7)) == abort_reason::none);
  BOOST_CHECK(read(kind, bytes(record_message_max + 1, 7)) == abort_reason::malformed);
}

BOOST_AUTO_TEST_CASE(every_reason_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < abort_reason_count; ++i) {
    const std::string_view name = to_string(static_cast<abort_reason>(i));
    BOOST_TEST(!name.empty());
    names.insert(name);
  }
  BOOST_TEST(names.size() == abort_reason_count);
  BOOST_TEST(to_string(abort_reason::timed_out) == "timed-out");
  BOOST_TEST(to_string(abort_reason::cancelled) == "cancelled");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn::crypto
