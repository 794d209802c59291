// Requests to a witness: whatever parses renders back to the very same octets, and no request makes
// a witness cosign a tree that is smaller than, or at the same size different from, the last one.
#include "messages/base/assert.hpp"
#include "storage/log/witness.hpp"

namespace {

using namespace ppn::log;

const witness_identity& identity() {
  static const auto secret = ppn::crypto::signing_key::from_seed(ppn::bytes(32, 11));
  static const witness_identity self{
      make_vkey("w.example/1", key_type::cosignature, secret.public_part()).value(),
      [](ppn::bytes_view message) { return secret.sign(message); }};
  return self;
}

// The log that signed the requests of the corpus.
const vkey& log_key() {
  static const vkey key =
      make_vkey("log.example/a", key_type::ed25519,
                ppn::crypto::signing_key::from_seed(ppn::bytes(32, 1)).public_part())
          .value();
  return key;
}

void check_request(ppn::bytes_view data) {
  auto request = parse_witness_request(data);
  if (!request) return;
  PPN_ASSERT(witness_request_text(request->old_size, request->proof, to_text(request->source)) ==
             ppn::text_of(data));
}

void check_decision(ppn::bytes_view data, std::optional<witnessed_tree> remembered) {
  witness_decision decision = answer_add_checkpoint(
      data, [&remembered](std::string_view) { return remembered; }, std::span(&log_key(), 1),
      identity(), 1);
  PPN_ASSERT(decision.store.has_value() == (decision.status == 200));
  if (decision.status != 200) return;
  PPN_ASSERT(!remembered || decision.store->size >= remembered->size);
  PPN_ASSERT(!remembered || decision.store->size != remembered->size ||
             decision.store == remembered);
  PPN_ASSERT(open_checkpoint(ppn::view_of(decision.published), {{log_key()}, {identity().key}, 1})
                 .has_value());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ppn::bytes_view input{data, size};
  check_request(input);
  check_decision(input, std::nullopt);
  check_decision(input, witnessed_tree{3, leaf_hash({})});
  return 0;
}
