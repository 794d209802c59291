// Messages to bytes and back, and what comes of bytes that are no message. Values within the caps
// are drawn at random and come back equal; everything else is malformed, never thrown, and takes no
// more memory than a small multiple of what arrived.
#include "tests/unit/wire_samples.hpp"

#include "messages/wire/control.capnp.h"
#include "messages/wire/fleet_fields.hpp"
#include "messages/wire/link.capnp.h"

#include <cstdlib>
#include <new>

namespace {

// The largest single allocation since it was last set to zero.
std::size_t largest_allocation = 0;

void* watched(std::size_t size) noexcept {
  largest_allocation = std::max(largest_allocation, size);
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

namespace ppn {
namespace {

using namespace test;

template <class Change>
std::string changed_heartbeat(Change change) {
  const bytes body = wire::encode(wire_message{sample_heartbeat()});
  return outcome(wire::decode_node_message(
      changed<wire::NodeMessage>(body, [&](auto root) { change(root.getHeartbeat()); })));
}

template <class Change>
std::string changed_view(Change change) {
  const bytes body = wire::encode(wire_message{sample_view()});
  return outcome(wire::decode_node_message(
      changed<wire::NodeMessage>(body, [&](auto root) { change(root.getFleetView()); })));
}

template <class Change>
std::string changed_handshake(std::size_t which, Change change) {
  return outcome(wire::decode_handshake(changed<wire::HandshakeMessage>(
      wire::encode(handshake_samples().at(which).value), change)));
}

template <class Change>
std::string changed_response(std::size_t which, Change change) {
  return outcome(wire::decode_control_response(changed<wire::ControlResponse>(
      wire::encode(response_samples().at(which).value), change)));
}

std::string outcome_of(const wire_message& message) {
  return outcome(wire::decode_node_message(wire::encode(message)));
}

std::string outcome_of(const control_response& message) {
  return outcome(wire::decode_control_response(wire::encode(message)));
}

BOOST_AUTO_TEST_SUITE(codec)

// -- round trips ----------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(every_sample_comes_back_from_its_bytes) {
  for_each_sample([](const auto& sample, auto decode) {
    const auto got = decode(wire::encode(sample.value));
    BOOST_TEST(outcome(got) == "", sample.name);
    BOOST_TEST((got && *got == sample.value), sample.name);
  });
}

BOOST_AUTO_TEST_CASE(any_message_within_its_caps_comes_back_from_its_bytes) {
  auto holds = [](const char* what, auto draw, auto decode) {
    BOOST_TEST(rc::check(what, [&] {
      const auto value = draw();
      const auto got = decode(wire::encode(value));
      RC_ASSERT(outcome(got) == "");
      RC_ASSERT(*got == value);
    }));
  };
  holds("node messages", any_node_message, wire::decode_node_message);
  holds("handshake messages", any_handshake, wire::decode_handshake);
  holds("control responses", any_response, wire::decode_control_response);
  holds("control requests", any_request, wire::decode_control_request);
  for (std::uint64_t id : {std::uint64_t{0}, ~std::uint64_t{0}}) {
    const control_request status{id, status_request{}}, reload{id, reload_request{}};
    BOOST_TEST((wire::decode_control_request(wire::encode(status)) == status));
    BOOST_TEST((wire::decode_control_request(wire::encode(reload)) == reload));
  }
}

BOOST_AUTO_TEST_CASE(a_page_of_the_largest_rows_fits_a_bulk_frame_and_comes_back) {
  fleet_view view = sample_view();
  view.rows.assign(limits::view_rows_per_message, largest_row());
  const bytes body = wire::encode(wire_message{view});
  BOOST_TEST(body.size() > limits::frame_bulk_max / 2);
  BOOST_TEST(body.size() <= limits::frame_bulk_max);
  const auto got = wire::decode_node_message(body);
  BOOST_REQUIRE_MESSAGE(got, outcome(got));
  BOOST_TEST((*got == wire_message{view}));
}

BOOST_AUTO_TEST_CASE(a_message_is_read_at_any_address) {
  for_each_sample([](const auto& sample, auto decode) {
    const bytes body = wire::encode(sample.value);
    for (std::size_t shift = 0; shift < 8; ++shift) {
      bytes moved(shift, 0xff);
      append(moved, body);
      const auto got = decode(bytes_view{moved}.subspan(shift));
      BOOST_TEST((got && *got == sample.value), sample.name << " at " << shift);
    }
  });
}

// -- lengths --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(no_part_of_a_message_is_a_message) {
  for_each_sample([](const auto& sample, auto decode) {
    const bytes body = wire::encode(sample.value);
    for (std::size_t size = 0; size < body.size(); ++size)
      BOOST_TEST(outcome(decode(bytes_view{body}.first(size))) == "malformed",
                 sample.name << " of " << size << " octets");
  });
}

BOOST_AUTO_TEST_CASE(a_message_with_a_trailing_word_is_refused) {
  for_each_sample([](const auto& sample, auto decode) {
    for (std::size_t more : {1, 4, 7, 8, 16, 800}) {
      bytes body = wire::encode(sample.value);
      body.resize(body.size() + more);
      BOOST_TEST(outcome(decode(body)) == "malformed", sample.name << " and " << more);
    }
  });
}

BOOST_AUTO_TEST_CASE(a_message_over_its_cap_is_refused_before_it_is_looked_at) {
  const std::string reason = "the message is larger than its cap";
  const auto refused = [&](auto decode, std::size_t octets_max) {
    const auto at = decode(bytes(octets_max)), over = decode(bytes(octets_max + 8));
    return outcome(at) == "malformed" && at.error().text != reason &&
           outcome(over) == "malformed" && over.error().text == reason;
  };
  BOOST_TEST(refused(wire::decode_node_message, limits::frame_bulk_max));
  BOOST_TEST(refused(wire::decode_handshake, limits::hello_max));
  BOOST_TEST(refused(wire::decode_control_request, limits::control_request_max));
  BOOST_TEST(refused(wire::decode_control_response, limits::control_response_max));
}

BOOST_AUTO_TEST_CASE(an_id_of_another_length_is_refused) {
  const bytes most(65, 1);
  for (capnp::uint size : {0, 15, 17, 31, 33, 63, 65}) {
    const capnp::Data::Reader id{most.data(), size};
    std::vector<std::string> got{
        changed_heartbeat([&](auto to) { to.setBoot(id); }),
        changed_heartbeat([&](auto to) { to.setInventory(id); }),
        changed_view([&](auto to) { to.setController(id); }),
        changed_view([&](auto to) { to.getRows()[1].setBoot(id); }),
        changed_view([&](auto to) { to.getRows()[1].getRecord().setId(id); }),
        changed_handshake(0, [&](auto to) { to.getHello().setFleet(id); }),
        changed_handshake(0, [&](auto to) { to.getHello().setIdentity(id); }),
        changed_handshake(0, [&](auto to) { to.getHello().setPeer(id); }),
        changed_handshake(0, [&](auto to) { to.getHello().setNonce(id); }),
        changed_handshake(0, [&](auto to) { to.getHello().setExchange(id); }),
        changed_handshake(1, [&](auto to) { to.getReply().setIdentity(id); }),
        changed_handshake(1, [&](auto to) { to.getReply().setNonce(id); }),
        changed_handshake(1, [&](auto to) { to.getReply().setExchange(id); }),
        changed_handshake(1, [&](auto to) { to.getReply().setSignature(id); }),
        changed_handshake(2, [&](auto to) { to.getFinish().setSignature(id); }),
        changed_response(1, [&](auto to) { to.getStatus().getNode().setId(id); }),
        changed_response(1, [&](auto to) { to.getStatus().getNode().setFleet(id); }),
        changed_response(1, [&](auto to) { to.getStatus().getNode().getLinks()[0].setPeer(id); })};
    for (std::size_t i = 0; i < got.size(); ++i)
      BOOST_TEST(got[i] == "malformed", "field " << i << " of " << size << " octets");
  }
}

BOOST_AUTO_TEST_CASE(a_change_that_changes_nothing_is_no_reason_to_refuse) {
  const auto nothing = [](auto) {};
  BOOST_TEST(changed_heartbeat(nothing) + changed_view(nothing) + changed_handshake(0, nothing) +
                 changed_response(1, nothing) == "");
}

// -- values ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_message_of_an_unknown_kind_is_refused) {
  for_each_sample([](const auto& sample, auto decode) {
    using message = std::decay_t<decltype(sample.value)>;
    constexpr bool is_control =
        std::is_same_v<message, control_request> || std::is_same_v<message, control_response>;
    // The kind is the first field, or follows the number of a request.
    constexpr std::size_t place = is_control ? 16 : 8;
    constexpr octet kinds = std::is_same_v<message, control_request>    ? 8
                            : std::is_same_v<message, control_response> ? 8
                                                                        : 4;
    for (octet high : {0, 1, 0xff}) {
      bytes body = wire::encode(sample.value);
      body[place] = kinds;
      body[place + 1] = high;
      BOOST_TEST(outcome(decode(body)) == "malformed", sample.name);
    }
  });
}

BOOST_AUTO_TEST_CASE(an_unknown_value_of_an_enumeration_is_refused) {
  for (int value : {4, 5, 255}) {
    const auto posture = static_cast<wire::Posture>(value - 1);
    const auto kind = static_cast<wire::MemberKind>(value - 2);
    const auto state = static_cast<wire::MemberState>(value);
    BOOST_TEST(changed_view([&](auto to) { to.getRows()[0].getRecord().setPosture(posture); }) ==
               "malformed");
    BOOST_TEST(changed_view([&](auto to) { to.getRows()[0].getRecord().setKind(kind); }) ==
               "malformed");
    BOOST_TEST(changed_view([&](auto to) { to.getRows()[0].setState(state); }) == "malformed");
    BOOST_TEST(changed_handshake(0, [&](auto to) {
      to.getHello().setRole(static_cast<std::uint8_t>(value - 2));
    }) == "malformed");
  }
  BOOST_TEST(changed_response(0, [](auto to) { to.getFailure().setCode(ec_count); }) ==
             "malformed");
}

BOOST_AUTO_TEST_CASE(a_list_or_number_over_its_cap_is_refused_and_at_its_cap_is_not) {
  for (std::size_t over : {0, 1}) {
    const std::string wanted = over == 0 ? "" : "malformed";
    fleet_view page = sample_view();
    page.rows[1].record.labels.assign(limits::labels_per_node + over, "x");
    BOOST_TEST(outcome_of(wire_message{page}) == wanted);
    page = sample_view();
    page.rows[1].capacity.pools.assign(limits::disk_pools + over, {"x", 1, 2, 3});
    BOOST_TEST(outcome_of(wire_message{page}) == wanted);
    page.rows.assign(limits::view_rows_per_message + over, sample_row(1));
    BOOST_TEST(outcome_of(wire_message{page}) == wanted);
    BOOST_TEST(outcome_of({1, status_reply{sample_report(), page}}) == ""); // not a page there
    heartbeat beat = sample_heartbeat();
    beat.guests = static_cast<std::uint32_t>(limits::guests_per_node + over);
    BOOST_TEST(outcome_of(wire_message{beat}) == wanted);
    node_report report = sample_report();
    report.links.assign(limits::members + over, report.links[0]);
    BOOST_TEST(outcome_of({1, status_reply{report, sample_view()}}) == wanted);
    report = sample_report();
    report.refusals.assign(64 + over, {"malformed", 1});
    BOOST_TEST(outcome_of({1, status_reply{report, sample_view()}}) == wanted);
    const std::vector<std::string> keys(256 + over, "x"), none;
    BOOST_TEST(outcome_of({1, reload_reply{keys, none}}) == wanted);
    BOOST_TEST(outcome_of({1, reload_reply{none, keys}}) == wanted);
  }
}

BOOST_AUTO_TEST_CASE(a_text_over_its_cap_or_with_a_control_character_is_refused) {
  const auto outcomes = [](const std::string& text) {
    fleet_view names = sample_view(), addresses = names, labels = names, pools = names;
    names.rows[1].record.name = text;
    addresses.rows[1].record.address = text;
    labels.rows[1].record.labels[1] = text;
    pools.rows[1].capacity.pools[0].name = text;
    node_report link = sample_report(), reason = link, version = link;
    link.links[1].last_error = text;
    reason.refusals[1].reason = text;
    version.version = text;
    return std::vector<std::string>{
        outcome_of(wire_message{names}), outcome_of(wire_message{addresses}),
        outcome_of(wire_message{labels}), outcome_of(wire_message{pools}),
        outcome_of({1, status_reply{link, names}}), outcome_of({1, status_reply{reason, {}}}),
        outcome_of({1, status_reply{version, {}}}), outcome_of({1, reload_reply{{text}, {}}}),
        outcome_of({1, reload_reply{{}, {text}}})};
  };
  BOOST_TEST(changed_view([](auto to) { to.getRows()[0].getRecord().setName({"a\0b", 3}); }) ==
             "malformed"); // our own encoder ends a text there
  for (int value = 1; value < 0x100; ++value) {
    const bool control = value < 0x20 || value == 0x7f;
    for (const std::string& got : outcomes(std::string{'a', static_cast<char>(value), 'b'}))
      BOOST_TEST(got == (control ? "malformed" : ""), "character " << value);
  }
  const auto refused = [&](std::size_t size) {
    const auto got = outcomes(std::string(size, 'x'));
    return std::count(got.begin(), got.end(), "malformed");
  };
  BOOST_TEST(refused(63) == 0);
  BOOST_TEST(refused(64) == 4);   // name, pool, version, and the view under a link
  BOOST_TEST(refused(65) == 5);   // address
  BOOST_TEST(refused(129) == 6);  // label
  BOOST_TEST(refused(1025) == 9); // link error, reason, keys; error texts are cut by their writer
}

// -- hostile structure ----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(nesting_is_bounded_even_in_a_field_that_nobody_reads) {
  // A view request with a second pointer that this version does not know: a chain of structs.
  const auto with_chain = [](std::uint64_t depth) {
    bytes body = words_of({struct_pointer(0, 1, 2), 2, struct_pointer(1, 0, 0),
                           struct_pointer(0, 0, 1)});
    for (std::uint64_t i = 1; i < depth; ++i) append(body, words_of({struct_pointer(0, 0, 1)}));
    append(body, words_of({0}));
    return outcome(wire::decode_node_message(body));
  };
  BOOST_TEST(with_chain(1) == "");
  BOOST_TEST(with_chain(8) == "");
  BOOST_TEST(with_chain(limits::nesting + 1) == "malformed");
  BOOST_TEST(with_chain(100'000) == "malformed");
}

BOOST_AUTO_TEST_CASE(a_pointer_to_nowhere_or_to_itself_is_refused) {
  constexpr std::uint64_t far = 2, double_far = 6, other_segment = std::uint64_t{1} << 32;
  for (const bytes& body :
       {words_of({0}), words_of({far}), words_of({far | 1 << 3, struct_pointer(0, 1, 0), 2}),
        words_of({double_far | 1 << 3, far | 3 << 3, struct_pointer(0, 1, 0), 2}),
        words_of({far | other_segment, 0}), words_of({struct_pointer(~0u >> 2, 0, 1)}),
        words_of({struct_pointer(0x1fff'ffff, 1, 1)}), words_of({struct_pointer(0, 0xffff, 0)}),
        words_of({struct_pointer(0, 1, 0xffff), 2}), words_of({list_pointer(0, 2, 8), 2}),
        words_of({struct_pointer(0, 1, 1), 2, struct_pointer(~0u >> 2, 0, 1)}),
        words_of({3}), words_of({~std::uint64_t{0}, ~std::uint64_t{0}})})
    BOOST_TEST(outcome(wire::decode_node_message(body)) == "malformed", to_hex(body));
}

BOOST_AUTO_TEST_CASE(a_list_that_claims_more_than_the_message_holds_costs_nothing) {
  // A fleet view whose rows are: nothings; structs of no size; and pointers out of the message.
  const auto with_rows = [](std::initializer_list<std::uint64_t> rows) {
    bytes body = words_of({struct_pointer(0, 1, 1), 3, struct_pointer(0, 0, 4), 0, 0, 0});
    append(body, words_of(rows));
    largest_allocation = 0;
    return outcome(wire::decode_node_message(body));
  };
  for (std::uint64_t count : {std::uint64_t{129}, std::uint64_t{1} << 20, list_most}) {
    for (std::uint64_t element = 0; element < 7; ++element)
      BOOST_TEST(with_rows({list_pointer(0, element, count)}) == "malformed");
    BOOST_TEST(with_rows({list_pointer(0, 7, 0), count << 2}) == "malformed");
    BOOST_TEST(with_rows({list_pointer(0, 7, count), count << 2}) == "malformed");
    BOOST_TEST(with_rows({list_pointer(0, 7, 1), count << 2 | std::uint64_t{1} << 32, 0}) ==
               "malformed");
    BOOST_TEST(largest_allocation < 64u * 1024);
  }
}

BOOST_AUTO_TEST_CASE(many_pointers_to_one_text_are_refused) {
  const auto with_keys = [](std::uint64_t count) { // of one letter, all of them the same octets
    bytes body = words_of({struct_pointer(0, 2, 1), 1, 2, struct_pointer(0, 0, 2),
                           list_pointer(1, 6, count), 0});
    for (auto left = static_cast<std::uint32_t>(count); left-- > 0;)
      append(body, words_of({list_pointer(left, 2, 2)}));
    append(body, words_of({'a'}));
    return outcome(wire::decode_control_response(body));
  };
  BOOST_TEST(with_keys(1) == "");
  BOOST_TEST(with_keys(2) == "malformed");
  BOOST_TEST(with_keys(256) == "malformed");
}

BOOST_AUTO_TEST_CASE(a_message_with_any_bit_changed_is_another_message_or_none) {
  for_each_sample([](const auto& sample, auto decode) {
    bytes body = wire::encode(sample.value);
    largest_allocation = 0;
    for (std::size_t bit = 0; bit < 8 * body.size(); ++bit) {
      const auto flip = static_cast<octet>(1u << bit % 8);
      body[bit / 8] ^= flip;
      const auto got = decode(body);
      const auto again = got ? decode(wire::encode(*got)) : got;
      body[bit / 8] ^= flip;
      BOOST_REQUIRE_MESSAGE(got || got.error().code == ec::malformed, sample.name << " " << bit);
      BOOST_REQUIRE_MESSAGE(got == again, sample.name << " " << bit);
    }
    BOOST_TEST(largest_allocation < 256u * 1024, sample.name);
  });
}

BOOST_AUTO_TEST_CASE(text_that_the_reader_would_refuse_is_made_sendable) {
  error why{ec::io_failed, std::string("first\nsecond\x7f") + std::string(4096, 'x')};
  auto got = wire::decode_control_response(wire::encode(control_response{1, why}));
  BOOST_REQUIRE(got.has_value());
  const auto& text = std::get<error>(got->body).text;
  BOOST_TEST(text.substr(0, 13) == "first?second?");
  BOOST_TEST(text.size() == 1024u);
}

BOOST_AUTO_TEST_CASE(a_failure_without_a_reason_is_malformed) {
  auto got = wire::decode_control_response(wire::encode(control_response{1, error{ec::none, ""}}));
  BOOST_TEST(!got.has_value());
}

BOOST_AUTO_TEST_CASE(random_words_are_a_message_or_malformed) {
  BOOST_TEST(rc::check("random words", [] {
    const auto words = *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::oneOf(
        rc::gen::arbitrary<std::uint64_t>(), rc::gen::inRange<std::uint64_t>(0, 1 << 8),
        rc::gen::just(struct_pointer(0, 1, 1)), rc::gen::just(list_pointer(0, 7, 3))));
    bytes body;
    for (std::uint64_t word : words) append(body, words_of({word}));
    for_each_sample([&](const auto&, auto decode) { // a few words may be a message by chance
      const auto got = decode(body);
      const bool holds =
          got ? decode(wire::encode(*got)) == got : got.error().code == ec::malformed;
      RC_ASSERT(holds);
    });
  }));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn
