// What older and later versions send stays readable. tests/unit/golden holds the bytes of every
// sample as the version that brought it wrote them; and a later version may add fields at the end
// of any struct, which this version must step over.
//
// With PPN_WRITE_GOLDEN=1 in the environment the files of new samples are written; a file that is
// there is never touched.
#include "tests/unit/wire_samples.hpp"

#include "messages/wire/link.capnp.h"

#include <capnp/any.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace ppn {
namespace {

using namespace test;

std::filesystem::path golden_folder() {
  const char* root = std::getenv("PPN_SOURCE_DIR");
  BOOST_REQUIRE_MESSAGE(root != nullptr, "set PPN_SOURCE_DIR to the root of the source tree");
  return std::filesystem::path(root) / "tests" / "unit" / "golden";
}

std::filesystem::path golden_file(const std::string& name) {
  return golden_folder() / (name + ".bin");
}

bool is_writing() {
  const char* wanted = std::getenv("PPN_WRITE_GOLDEN");
  return wanted != nullptr && std::string_view{wanted} == "1";
}

bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  BOOST_REQUIRE_MESSAGE(file.is_open(), path.string() << ": PPN_WRITE_GOLDEN=1 writes it");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_if_missing(const std::filesystem::path& path, const bytes& data) {
  if (std::filesystem::exists(path)) return;
  std::ofstream file(path, std::ios::binary);
  file.write(text_of(data).data(), static_cast<std::streamsize>(data.size()));
  BOOST_REQUIRE_MESSAGE(file.good(), path.string() << " cannot be written");
}

// -- a later version's message --------------------------------------------------------------------

struct growth {
  capnp::uint data_words;
  capnp::uint pointers;
};

void grow(capnp::AnyPointer::Builder to, capnp::AnyPointer::Reader from, growth by);

void grow_fields(capnp::AnyStruct::Builder to, capnp::AnyStruct::Reader from, growth by) {
  auto old_data = from.getDataSection();
  auto new_data = to.getDataSection();
  std::copy(old_data.begin(), old_data.end(), new_data.begin());
  // The new fields hold something, so that reading them by mistake would show.
  std::fill(new_data.begin() + old_data.size(), new_data.end(), 0xee);
  auto old_pointers = from.getPointerSection();
  auto new_pointers = to.getPointerSection();
  for (capnp::uint i = 0; i < old_pointers.size(); ++i) grow(new_pointers[i], old_pointers[i], by);
  for (capnp::uint i = old_pointers.size(); i < new_pointers.size(); ++i)
    new_pointers[i].setAs<capnp::Text>("a field of a later version");
}

std::uint16_t words_in(capnp::AnyStruct::Reader from, growth by) {
  return static_cast<std::uint16_t>(from.getDataSection().size() / sizeof(capnp::word) +
                                    by.data_words);
}

std::uint16_t pointers_in(capnp::AnyStruct::Reader from, growth by) {
  return static_cast<std::uint16_t>(from.getPointerSection().size() + by.pointers);
}

void grow(capnp::AnyPointer::Builder to, capnp::AnyPointer::Reader from, growth by) {
  if (from.isStruct()) {
    auto old = from.getAs<capnp::AnyStruct>();
    return grow_fields(to.initAsAnyStruct(words_in(old, by), pointers_in(old, by)), old, by);
  }
  if (from.isList()) {
    auto list = from.getAs<capnp::AnyList>();
    if (list.getElementSize() == capnp::ElementSize::INLINE_COMPOSITE && list.size() > 0) {
      auto old = list.as<capnp::List<capnp::AnyStruct>>();
      auto fresh =
          to.initAsListOfAnyStruct(words_in(old[0], by), pointers_in(old[0], by), old.size());
      for (capnp::uint i = 0; i < old.size(); ++i) grow_fields(fresh[i], old[i], by);
      return;
    }
  }
  to.set(from);
}

// The same message with every struct in it larger by some fields.
bytes grown(const bytes& body, growth by) {
  const bytes aligned = body; // an own allocation is aligned
  const segment words{reinterpret_cast<const capnp::word*>(aligned.data()), aligned.size() / 8};
  capnp::SegmentArrayMessageReader message(kj::arrayPtr(&words, 1));
  capnp::MallocMessageBuilder larger(64 * 1024);
  grow(larger.initRoot<capnp::AnyPointer>(), message.getRoot<capnp::AnyPointer>(), by);
  return flat(larger);
}

BOOST_AUTO_TEST_SUITE(golden)

BOOST_AUTO_TEST_CASE(what_an_older_version_wrote_still_reads_as_the_same_message) {
  for_each_sample([](const auto& sample, auto decode) {
    const auto path = golden_file(sample.name);
    if (is_writing()) write_if_missing(path, wire::encode(sample.value));
    const auto got = decode(read_file(path));
    BOOST_TEST_CONTEXT(sample.name) {
      BOOST_TEST(outcome(got) == "");
      BOOST_TEST((got && *got == sample.value));
    }
  });
}

BOOST_AUTO_TEST_CASE(every_golden_file_has_its_sample) {
  std::set<std::string> known;
  for_each_sample([&](const auto& sample, auto) {
    BOOST_TEST(known.insert(sample.name + ".bin").second, sample.name << " is there twice");
  });
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder()))
    BOOST_TEST(known.contains(entry.path().filename().string()), entry.path().string());
}

BOOST_AUTO_TEST_CASE(the_fields_of_a_later_version_are_stepped_over) {
  for_each_sample([](const auto& sample, auto decode) {
    for (growth by : {growth{1, 0}, growth{0, 1}, growth{2, 1}}) {
      const bytes larger = grown(wire::encode(sample.value), by);
      const auto got = decode(larger);
      BOOST_TEST_CONTEXT(sample.name << " with " << by.data_words << " more words and "
                                     << by.pointers << " more pointers") {
        BOOST_TEST(larger.size() > wire::encode(sample.value).size());
        BOOST_TEST(outcome(got) == "");
        BOOST_TEST((got && *got == sample.value));
      }
    }
  });
}

BOOST_AUTO_TEST_CASE(a_message_of_a_later_version_is_held_to_its_exact_length_too) {
  for_each_sample([](const auto& sample, auto decode) {
    bytes larger = grown(wire::encode(sample.value), {1, 1});
    larger.insert(larger.end(), 8, 0);
    BOOST_TEST(outcome(decode(larger)) == "malformed", sample.name);
  });
}

BOOST_AUTO_TEST_CASE(a_field_that_an_older_version_did_not_know_reads_as_its_default) {
  // A heartbeat acknowledgement of a version that had the sequence only: one data word.
  const bytes body = *from_hex("0000000001000100" // root: one data word, one pointer
                               "0100000000000000" // kind 1: heartbeatAck
                               "0000000001000000" // one data word, no pointer
                               "0800000000000000");
  const auto got = wire::decode_node_message(body);
  BOOST_REQUIRE_MESSAGE(got, outcome(got));
  const heartbeat_ack wanted{heartbeat_sequence{8}, {}, {}};
  BOOST_TEST((*got == wire_message{wanted}));
}

BOOST_AUTO_TEST_CASE(a_refusal_for_a_reason_of_a_later_version_still_says_its_text) {
  const auto got = wire::decode_handshake(changed<wire::HandshakeMessage>(
      wire::encode(handshake_samples().at(3).value),
      [](wire::HandshakeMessage::Builder root) { root.getRefusal().setCode(ec_count); }));
  BOOST_REQUIRE_MESSAGE(got, outcome(got));
  BOOST_TEST((*got == handshake_message{error{ec::refused, "another fleet: 70"}}));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn
