// Verifier keys: whatever parses renders back to the very same text, under an id of its own.
#include "messages/base/assert.hpp"
#include "storage/log/vkey.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = ppn::text_of({data, size});
  auto key = ppn::log::parse_vkey(text);
  if (!key) return 0;
  PPN_ASSERT(ppn::log::to_text(*key) == text);
  PPN_ASSERT(ppn::log::is_key_name(key->name));
  PPN_ASSERT(ppn::log::compute_key_id(key->name, key->type, key->key.view()) == key->id);
  return 0;
}
