// Every reader of a ceremony's octets: what one takes, its writer gives back octet for octet, so
// that no message has a second spelling. The first octet of the input is the kind, as on the wire;
// the readers without a kind get the whole input.
#include "messages/base/assert.hpp"
#include "runtime/crypto/ceremony_keys.hpp"
#include "runtime/crypto/guess_limiter.hpp"

#include <algorithm>

namespace {

using namespace ppn;
using namespace ppn::crypto;

void check_same(const bytes& written, bytes_view read) {
  PPN_ASSERT(std::ranges::equal(written, read));
}

void read_messages(bytes_view input) {
  using enum message_kind;
  for (message_kind kind : {hello_initiator, hello_responder})
    if (auto nonce = parse_hello(kind, input)) check_same(encode_hello(kind, *nonce), input);
  for (message_kind kind : {share_initiator, share_responder})
    if (auto share = parse_share(kind, input)) {
      PPN_ASSERT(share->ad.size() <= ad_size_max);
      check_same(encode_share(kind, share->share, share->ad), input);
    }
  if (auto proof = parse_initiator_proof(input))
    check_same(encode_initiator_proof(proof->tag, proof->sealed_reveal), input);
  if (auto tag = parse_responder_proof(input)) check_same(encode_responder_proof(*tag), input);
  if (auto sealed = parse_record(input)) check_same(encode_record(*sealed), input);
}

void read_fields(bytes_view input) {
  cpace::lv_reader reader(input);
  bytes written;
  std::size_t taken = 0;
  while (auto field = reader.next()) {
    append(written, cpace::prepend_len(*field));
    taken = written.size();
  }
  check_same(written, input.first(taken));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bytes_view input(data, size);
  read_messages(input);
  read_fields(input);
  if (auto ad = parse_ad(input)) check_same(encode_ad(*ad), input);
  if (auto guesses = guess_limiter::parse(input)) check_same(guesses->serialise(), input);
  return 0;
}
