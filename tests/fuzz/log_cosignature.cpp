// Cosignatures: the answer of a witness, which is a list of signature lines, and the payload behind
// a key id. Input: the answer. What is taken out of it has verified, and renders back unchanged.
#include "messages/base/assert.hpp"
#include "storage/log/cosignature.hpp"
#include "storage/log/witness.hpp"

namespace {

using namespace ppn::log;

constexpr std::string_view text =
    "log.example/a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

const vkey& witness_key() {
  static const vkey key =
      make_vkey("w.example/1", key_type::cosignature,
                ppn::crypto::signing_key::from_seed(ppn::bytes(32, 11)).public_part())
          .value();
  return key;
}

void check_lines(std::string_view answer) {
  auto lines = parse_signature_lines(answer);
  if (!lines) return;
  std::string back;
  for (const note_signature& line : *lines)
    back += to_text(line);
  PPN_ASSERT(back == answer);
}

void check_taken(std::string_view answer) {
  auto taken = take_cosignatures(answer, text, std::span(&witness_key(), 1));
  if (!taken) return;
  for (const note_signature& line : *taken) {
    PPN_ASSERT(line.name == witness_key().name);
    PPN_ASSERT(verify_cosignature(witness_key(), text, line.payload).has_value());
  }
}

void check_payload(ppn::bytes_view payload) {
  auto time = verify_cosignature(witness_key(), text, payload);
  if (!time) return;
  PPN_ASSERT(payload.size() == cosignature_octets);
  PPN_ASSERT(*time < number_end);
  PPN_ASSERT(ppn::load_be64(payload.data()) == *time);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ppn::bytes_view input{data, size};
  check_lines(ppn::text_of(input));
  check_taken(ppn::text_of(input));
  check_payload(input);
  return 0;
}
