// CPace against the vectors of the draft and against runs computed by a second implementation in
// another language; then that every input of a run changes its key, and that bad points are
// refused.
#include "runtime/crypto/cpace.hpp"

#include "runtime/crypto/ceremony_keys.hpp"
#include "tests/unit/ceremony_support.hpp"

namespace ppn::crypto {
namespace {

using nlohmann::json;
using test::hex;
using test::unhex;

std::string text(const json& value) {
  return value.get<std::string>();
}

struct inputs {
  bytes prs, ci, sid, ya, ada, yb, adb;
};

inputs inputs_of(const json& from) {
  return {unhex(from.at("PRS")), unhex(from.at("CI")), unhex(from.at("sid")), unhex(from.at("ya")),
          unhex(from.at("ADa")), unhex(from.at("yb")), unhex(from.at("ADb"))};
}

struct outputs {
  cpace::element ya{}, yb{};
  secret k_initiator, k_responder, isk_ir, isk_sy;
};

outputs run(const inputs& in) {
  outputs out;
  const secret base = cpace::generator(in.prs, in.ci, in.sid);
  const secret a = test::secret_of(in.ya);
  const secret b = test::secret_of(in.yb);
  out.ya = cpace::share(a, base.view()).value();
  out.yb = cpace::share(b, base.view()).value();
  out.k_initiator = cpace::shared_point(a, out.ya, out.yb).value();
  out.k_responder = cpace::shared_point(b, out.yb, out.ya).value();
  out.isk_ir =
      cpace::isk(in.sid, out.k_initiator, cpace::transcript_ir(out.ya, in.ada, out.yb, in.adb));
  out.isk_sy =
      cpace::isk(in.sid, out.k_responder, cpace::transcript_oc(out.yb, in.adb, out.ya, in.ada));
  return out;
}

void check_run(const inputs& in, const json& expected) {
  BOOST_TEST(hex(cpace::generator_string(in.prs, in.ci, in.sid)) ==
             text(expected.at("generator_string")));
  BOOST_TEST(hex(cpace::generator(in.prs, in.ci, in.sid)) == text(expected.at("g")));
  const outputs out = run(in);
  BOOST_TEST(to_hex(out.ya) == text(expected.at("Ya")));
  BOOST_TEST(to_hex(out.yb) == text(expected.at("Yb")));
  BOOST_TEST(hex(out.k_initiator) == text(expected.at("K")));
  BOOST_TEST(hex(out.k_responder) == text(expected.at("K")));
  BOOST_TEST(hex(out.isk_ir) == text(expected.at("ISK_IR")));
  BOOST_TEST(hex(out.isk_sy) == text(expected.at("ISK_SY")));
  BOOST_TEST(to_hex(cpace::sid_output(cpace::transcript_ir(out.ya, in.ada, out.yb, in.adb))) ==
             text(expected.at("sid_output_ir")));
}

BOOST_AUTO_TEST_SUITE(cpace_steps)

BOOST_AUTO_TEST_CASE(the_string_functions_give_the_vectors) {
  const auto all = test::vectors("cpace-vectors.json").at("string_functions");
  for (const auto& one : all.at("prepend_len"))
    BOOST_TEST(to_hex(cpace::prepend_len(unhex(one.at("input")))) == text(one.at("output")));
  for (const auto& one : all.at("lv_cat")) {
    bytes joined;
    for (const auto& part : one.at("inputs"))
      append(joined, cpace::lv_cat({unhex(part)}));
    BOOST_TEST(to_hex(joined) == text(one.at("output")));
  }
  for (const auto& one : all.at("o_cat")) {
    const bytes left = unhex(one.at("inputs").at(0));
    const bytes right = unhex(one.at("inputs").at(1));
    BOOST_TEST(to_hex(cpace::o_cat(left, right)) == text(one.at("output")));
    BOOST_TEST(to_hex(cpace::o_cat(right, left)) == text(one.at("output")));
  }
  for (const auto& one : all.at("lexicographically_larger"))
    BOOST_TEST(cpace::lexicographically_larger(unhex(one.at("a")), unhex(one.at("b"))) ==
               one.at("result").get<bool>());
  for (const char* which : {"transcript_ir", "transcript_oc"})
    for (const auto& one : all.at(which)) {
      const auto& in = one.at("inputs");
      auto make =
          which == std::string_view("transcript_ir") ? cpace::transcript_ir : cpace::transcript_oc;
      BOOST_TEST(to_hex(make(unhex(in.at(0)), unhex(in.at(1)), unhex(in.at(2)), unhex(in.at(3)))) ==
                 text(one.at("output")));
    }
}

BOOST_AUTO_TEST_CASE(lengths_are_written_seven_bits_an_octet) {
  BOOST_TEST(to_hex(cpace::leb128(0)) == "00");
  BOOST_TEST(to_hex(cpace::leb128(127)) == "7f");
  BOOST_TEST(to_hex(cpace::leb128(128)) == "8001");
  BOOST_TEST(to_hex(cpace::leb128(300)) == "ac02");
  BOOST_TEST(to_hex(cpace::leb128(16384)) == "808001");
}

BOOST_AUTO_TEST_CASE(the_draft_vectors_come_out_in_both_modes) {
  const auto all = test::vectors("cpace-vectors.json").at("draft_vectors");
  BOOST_REQUIRE(!all.empty());
  for (const auto& one : all) {
    const inputs in = inputs_of(one.at("inputs"));
    const auto& expected = one.at("outputs");
    check_run(in, expected);
    const bytes ya = unhex(expected.at("Ya"));
    const bytes yb = unhex(expected.at("Yb"));
    BOOST_TEST(to_hex(cpace::transcript_ir(ya, in.ada, yb, in.adb)) ==
               text(expected.at("transcript_ir")));
    const bytes symmetric = cpace::transcript_oc(ya, in.ada, yb, in.adb);
    BOOST_TEST(to_hex(symmetric) == text(expected.at("transcript_oc")));
    BOOST_TEST(to_hex(cpace::sid_output(symmetric)) == text(expected.at("sid_output_oc")));
  }
}

BOOST_AUTO_TEST_CASE(the_second_implementation_agrees_for_every_padding_and_length) {
  const auto all = test::vectors("cpace-ceremony.json").at("runs");
  BOOST_REQUIRE(all.size() == 8u);
  for (const auto& one : all)
    BOOST_TEST_CONTEXT(text(one.at("name"))) {
      const inputs in = inputs_of(one.at("inputs"));
      const auto& expected = one.at("outputs");
      check_run(in, expected);
      const outputs out = run(in);
      const secret key = cpace::mac_key(in.sid, out.isk_ir);
      BOOST_TEST(hex(key) == text(expected.at("mac_key")));
      BOOST_TEST(to_hex(cpace::make_tag(key, out.ya, in.ada)) == text(expected.at("Ta")));
      BOOST_TEST(to_hex(cpace::make_tag(key, out.yb, in.adb)) == text(expected.at("Tb")));
      // The keys of a ceremony are defined for its 32 octets of session id only.
      if (in.sid.empty()) continue;
      const secret prk = session_prk(in.sid, out.isk_ir);
      BOOST_TEST(hex(prk) == text(expected.at("prk")));
      BOOST_TEST(hex(key_initiator_to_responder(prk)) == text(expected.at("key_i2r")));
      BOOST_TEST(hex(key_responder_to_initiator(prk)) == text(expected.at("key_r2i")));
    }
}

BOOST_AUTO_TEST_CASE(every_input_changes_the_key) {
  const inputs good{{1}, {2}, {3}, bytes(32, 4), {5}, bytes(32, 6), {7}};
  const std::string expected = hex(run(good).isk_ir);
  BOOST_TEST(hex(run(good).isk_ir) == expected);
  for (bytes inputs::*field : {&inputs::prs, &inputs::ci, &inputs::sid, &inputs::ada, &inputs::adb,
                               &inputs::ya, &inputs::yb}) {
    inputs changed = good;
    (changed.*field)[0] ^= 0x10;
    BOOST_TEST(hex(run(changed).isk_ir) != expected);
    inputs longer = good;
    if (field != &inputs::ya && field != &inputs::yb) {
      (longer.*field).push_back(0);
      BOOST_TEST(hex(run(longer).isk_ir) != expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(exchanged_roles_give_another_key) {
  const inputs in{{1}, {2}, {3}, bytes(32, 4), {5}, bytes(32, 6), {7}};
  const outputs out = run(in);
  const secret exchanged =
      cpace::isk(in.sid, out.k_initiator, cpace::transcript_ir(out.yb, in.adb, out.ya, in.ada));
  BOOST_TEST(!equal(exchanged.view(), out.isk_ir.view()));
}

BOOST_AUTO_TEST_CASE(valid_points_multiply_and_their_second_spelling_is_refused) {
  const auto all = test::vectors("cpace-vectors.json").at("points").at("valid");
  for (const auto& one : all) {
    const secret scalar = test::secret_of(unhex(one.at("s")));
    bytes point = unhex(one.at("X"));
    auto product = cpace::verify_and_multiply(scalar, point);
    BOOST_REQUIRE(product.has_value());
    BOOST_TEST(hex(*product) == text(one.at("result")));
    point.back() |= 0x80;
    BOOST_TEST(!cpace::verify_and_multiply(scalar, point).has_value());
  }
}

BOOST_AUTO_TEST_CASE(invalid_points_of_the_vectors_are_refused_with_bit_255_clear_and_set) {
  const auto all = test::vectors("cpace-vectors.json").at("points").at("invalid");
  for (const auto& one : all) {
    const secret scalar = test::secret_of(unhex(one.at("s")));
    bytes point = unhex(one.at("Y"));
    BOOST_TEST(!cpace::verify_and_multiply(scalar, point).has_value());
    point.back() |= 0x80;
    BOOST_TEST(!cpace::verify_and_multiply(scalar, point).has_value());
  }
}

// Encodings of the small-order points of the curve below, negative ones, and wrong lengths.
BOOST_AUTO_TEST_CASE(low_order_and_misshapen_points_are_refused) {
  const secret scalar = test::secret_of(bytes(32, 3));
  const std::string_view points[] = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "0000000000000000000000000000000000000000000000000000000000000080",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  };
  for (std::string_view point : points)
    BOOST_CHECK_MESSAGE(!cpace::verify_and_multiply(scalar, *from_hex(point)), point);
  for (std::size_t size : {0, 1, 31, 33, 64})
    BOOST_TEST(!cpace::verify_and_multiply(scalar, bytes(size)).has_value());
}

BOOST_AUTO_TEST_CASE(our_own_share_is_refused_when_it_comes_back) {
  const secret base = cpace::generator(view_of("TC6DCT5N"), {}, {});
  const secret scalar = test::secret_of(bytes(32, 3));
  const cpace::element own = cpace::share(scalar, base.view()).value();
  BOOST_TEST(!cpace::shared_point(scalar, own, own).has_value());
  BOOST_TEST(cpace::verify_and_multiply(scalar, own).has_value());
}

BOOST_AUTO_TEST_CASE(a_scalar_is_reduced_and_zero_is_refused) {
  bytes order = *from_hex("edd3f55c1a631258d69cf7a2def9de14"
                          "00000000000000000000000000000010");
  order.resize(cpace::uniform_size);
  auto zero = cpace::scalar_from_uniform(order);
  BOOST_REQUIRE(!zero.has_value());
  BOOST_CHECK(zero.error().code == ec::invalid);
  BOOST_TEST(!cpace::scalar_from_uniform(bytes(cpace::uniform_size)).has_value());
  order[0] += 1;
  auto one = cpace::scalar_from_uniform(order);
  BOOST_REQUIRE(one.has_value());
  bytes expected(cpace::scalar_size);
  expected[0] = 1;
  BOOST_TEST(hex(*one) == to_hex(expected));
}

BOOST_AUTO_TEST_CASE(a_tag_fits_its_own_message_only) {
  const secret key = test::secret_of(bytes(64, 9));
  const bytes share(32, 1);
  const cpace::tag good = cpace::make_tag(key, share, view_of("ad"));
  BOOST_TEST(cpace::tag_fits(key, share, view_of("ad"), good));
  BOOST_TEST(!cpace::tag_fits(key, share, view_of("ae"), good));
  BOOST_TEST(!cpace::tag_fits(key, bytes(32, 2), view_of("ad"), good));
  BOOST_TEST(!cpace::tag_fits(test::secret_of(bytes(64, 8)), share, view_of("ad"), good));
  BOOST_TEST(!cpace::tag_fits(key, share, view_of("ad"), bytes_view(good).first(63)));
  BOOST_TEST(!cpace::tag_fits(key, share, view_of("ad"), {}));
  // The one-shot call of the library would take the first 32 octets of the key only.
  bytes half(64, 9);
  half.back() ^= 1;
  BOOST_TEST(!cpace::tag_fits(test::secret_of(half), share, view_of("ad"), good));
}

// Strict reading: what lv_cat writes and nothing else.
BOOST_AUTO_TEST_CASE(fields_are_read_in_their_one_spelling_only) {
  for (std::size_t size : {0, 1, 127, 128, 300, 16383}) {
    const bytes field(size, 7);
    const bytes written = cpace::lv_cat({field, view_of("next")});
    cpace::lv_reader reader(written);
    BOOST_TEST(reader.next().value().size() == size);
    BOOST_TEST(text_of(reader.next().value()) == "next");
    BOOST_TEST(reader.done());
    BOOST_TEST(!reader.next().has_value());
  }
  for (std::string_view bad : {"01", "8000", "80", "ff7f", "808001", "05aabbccdd", "8100aa"}) {
    const bytes data = *from_hex(bad);
    cpace::lv_reader reader(data);
    BOOST_CHECK_MESSAGE(!reader.next(), bad);
  }
  BOOST_TEST(!cpace::lv_reader(cpace::prepend_len(bytes(16384))).next().has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn::crypto
