#include "storage/log/vkey.hpp"

#include "runtime/crypto/hash.hpp"
#include "storage/log/base64.hpp"
#include "storage/log/text.hpp"

#include <algorithm>

namespace ppn::log {

namespace {

constexpr std::size_t vkey_octets_max = 4096; // names are short; bounds the work on a wrong file
// How the Go tools write the secret half, which would otherwise read as a key named PRIVATE.
constexpr std::string_view private_start = "PRIVATE+KEY+";

// White_Space of the Unicode database; those below 0x20 are refused as control octets before.
bool is_unicode_space(char32_t point) {
  if (point >= 0x2000 && point <= 0x200a) return true;
  static constexpr std::array<char32_t, 9> others{0x20,   0x85,   0xa0,   0x1680, 0x2028,
                                                  0x2029, 0x202f, 0x205f, 0x3000};
  return std::find(others.begin(), others.end(), point) != others.end();
}

} // namespace

bool is_signed(const verify_function& verify, const crypto::public_key& key, bytes_view message,
               const signature& sig) {
  return verify ? verify(key, message, sig) : crypto::verify(key, message, sig);
}

bool is_key_name(std::string_view name) {
  if (name.empty() || !is_printable(name, false)) return false;
  while (!name.empty()) {
    auto point = take_code_point(name);
    if (!point || *point == '+' || is_unicode_space(*point)) return false;
  }
  return true;
}

key_id compute_key_id(std::string_view name, key_type type, bytes_view public_part) {
  crypto::sha256_stream hash;
  const std::array<octet, 2> separator{'\n', static_cast<octet>(type)};
  hash.update(view_of(name));
  hash.update(separator);
  hash.update(public_part);
  return *key_id::from(hash.finish().view().first(key_id::size));
}

result<vkey> make_vkey(std::string_view name, key_type type, const crypto::public_key& key) {
  if (!is_key_name(name))
    return fail(ec::invalid,
                "a key name is printable, not empty, and has no space and no plus sign");
  if (type != key_type::ed25519 && type != key_type::cosignature)
    return fail(ec::unsupported, "this build verifies note signatures of types 01 and 04 only");
  return vkey{std::string(name), type, key, compute_key_id(name, type, key.view())};
}

result<vkey> parse_vkey(std::string_view text) {
  if (text.size() > vkey_octets_max)
    return fail(ec::too_large, "the vkey is longer than 4096 octets");
  if (text.substr(0, private_start.size()) == private_start)
    return fail(ec::invalid, "this is a private key: only the verifier key belongs here");
  // Only the first two plus signs separate: base64 may hold more.
  std::size_t first = text.find('+');
  std::size_t second = first == text.npos ? first : text.find('+', first + 1);
  if (second == text.npos) return fail(ec::malformed, "a vkey is name+id+key");
  if (!is_key_name(text.substr(0, first)))
    return fail(ec::malformed, "the vkey's name is empty or has a space or a control character");
  std::string_view id_text = text.substr(first + 1, second - first - 1);
  auto data = from_base64(text.substr(second + 1));
  if (!data || data->empty()) return fail(ec::malformed, "the vkey's key is not canonical base64");
  auto type = static_cast<key_type>(data->front());
  bytes_view public_part = bytes_view(*data).subspan(1);
  auto key = crypto::public_key::from(public_part);
  bool is_supported = type == key_type::ed25519 || type == key_type::cosignature;
  if (is_supported && !key) return fail(ec::malformed, "the vkey's key is not 32 octets long");
  auto made = make_vkey(text.substr(0, first), type, key.value_or(crypto::public_key{}));
  // Hex in lower case only: this is `%08x`, and one key has one text.
  if (made && made->id.hex() != id_text)
    return fail(ec::malformed, "the vkey's id is not the one of its name and key");
  return made;
}

std::string to_text(const vkey& key) {
  bytes data{static_cast<octet>(key.type)};
  append(data, key.key.view());
  return key.name + '+' + key.id.hex() + '+' + to_base64(data);
}

} // namespace ppn::log
