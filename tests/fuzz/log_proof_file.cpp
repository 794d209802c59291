// Proof files: whatever parses renders back to the very same octets.
#include "messages/base/assert.hpp"
#include "storage/log/proof_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ppn::bytes_view input{data, size};
  auto proof = ppn::log::parse_proof_file(input);
  if (!proof) return 0;
  PPN_ASSERT(proof->hashes.size() <= ppn::log::proof_hashes_max);
  auto back = ppn::log::to_text(*proof);
  PPN_ASSERT(back.has_value());
  PPN_ASSERT(*back == ppn::text_of(input));
  PPN_ASSERT(ppn::log::parse_proof_file(ppn::view_of(*back)) == *proof);
  PPN_ASSERT(!ppn::log::verify_proof_file(*proof, {}, {}));
  return 0;
}
