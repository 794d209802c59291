#include "runtime/crypto/ceremony_code.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>

namespace ppn::crypto {

namespace {

secret symbols_of(const crockford::code_octets& code) {
  secret out(crockford::code_symbols);
  crockford::encode_into(code, std::span<octet, crockford::code_symbols>(out.data(), out.size()));
  return out;
}

} // namespace

ceremony_code::ceremony_code(secret symbols, mono_time expires, const guess_limiter& so_far)
    : symbols_(std::move(symbols)), expires_(expires), guesses_(so_far) {
  wipe_if_spent();
}

ceremony_code ceremony_code::shown(std::span<const octet, crockford::code_size> random,
                                   mono_time expires, const guess_limiter& so_far) {
  crockford::code_octets code{};
  wipe_guard wiped(code);
  std::copy(random.begin(), random.end(), code.begin());
  return ceremony_code(symbols_of(code), expires, so_far);
}

result<ceremony_code> ceremony_code::typed(std::string_view text, mono_time expires,
                                           const guess_limiter& so_far) {
  auto code = crockford::decode(text);
  if (!code) return fail(code.error());
  wipe_guard wiped(*code);
  return ceremony_code(symbols_of(*code), expires, so_far);
}

abort_reason ceremony_code::refusal(mono_time now) const {
  if (now >= expires_) return abort_reason::expired;
  // Wiped symbols stay dead, whatever a caller says about the time later.
  const bool alive = guesses_.may_try() && !symbols_.empty();
  return alive ? abort_reason::none : abort_reason::code_dead;
}

void ceremony_code::expire(mono_time now) {
  if (now >= expires_) symbols_ = secret{};
}

std::string ceremony_code::grouped() const {
  if (symbols_.empty()) return {};
  return std::string(text_of(symbols_.view())).insert(crockford::code_symbols / 2, 1, '-');
}

void ceremony_code::reserve() {
  guesses_.reserve();
}

void ceremony_code::charge(bool had_reserved) {
  guesses_.charge(had_reserved);
  wipe_if_spent();
}

void ceremony_code::succeed(bool had_reserved) {
  guesses_.succeed(had_reserved);
  wipe_if_spent();
}

void ceremony_code::wipe_if_spent() {
  if (guesses_.burned() || guesses_.used()) symbols_ = secret{};
}

} // namespace ppn::crypto
