// What a person typed, as a code with and without its check symbol: the canonical form is a fixed
// point, and nothing has more than one meaning.
#include "messages/base/assert.hpp"
#include "runtime/crypto/crockford.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ppn;
  using namespace ppn::crypto;
  const std::string_view text = text_of({data, size});
  const auto code = crockford::decode(text);
  const auto canonical = crockford::canonical(text);
  PPN_ASSERT(code.has_value() == canonical.has_value());
  if (code) {
    PPN_ASSERT(canonical->size() == crockford::code_symbols);
    PPN_ASSERT(crockford::encode(*code) == *canonical);
    PPN_ASSERT(crockford::canonical(*canonical) == *canonical);
    PPN_ASSERT(crockford::decode(crockford::encode_grouped(*code)) == *code);
    PPN_ASSERT(crockford::decode_checked(*canonical + crockford::check_symbol(*code)) == *code);
  }
  if (const auto checked = crockford::decode_checked(text)) {
    PPN_ASSERT(!code);
    PPN_ASSERT(crockford::decode(crockford::encode(*checked)) == *checked);
  }
  return 0;
}
