#include "runtime/crypto/crockford.hpp"

#include "messages/base/assert.hpp"
#include "runtime/crypto/secret.hpp"

#include <algorithm>

namespace ppn::crypto::crockford {

namespace {

// 32 data symbols, then the five that only a check symbol may be.
constexpr std::string_view symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";
constexpr int data_symbols = 32;
constexpr int check_modulus = 37;
static_assert(symbols.size() == check_modulus);

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// Value of a symbol below `bound`, or -1.
int value_of(char symbol, int bound) {
  char c = upper(symbol);
  if (c == 'O') return 0;
  if (c == 'I' || c == 'L') return 1;
  std::size_t at = symbols.find(c);
  return at < static_cast<std::size_t>(bound) ? static_cast<int>(at) : -1;
}

std::uint64_t number_of(const code_octets& code) {
  std::uint64_t value = 0;
  for (octet part : code)
    value = (value << 8) | part;
  return value;
}

// `count` symbols of the lowest bits, most significant first.
void put_symbols(std::uint64_t value, std::span<octet> out) {
  for (std::size_t i = out.size(); i > 0; --i, value >>= 5)
    out[i - 1] = static_cast<octet>(symbols[value % data_symbols]);
}

// What was typed, wiped on every way out: the code is a secret until it is used up.
struct reading {
  code_octets code{};
  std::uint64_t value = 0;
  int check = 0;
  wipe_guard wiped_code{code};
  wipe_guard wiped_value{{reinterpret_cast<octet*>(&value), sizeof value}};
};

// Reads exactly eight data symbols and, when `with_check`, one check symbol behind them.
status read(std::string_view text, bool with_check, reading& out) {
  const std::size_t wanted = code_symbols + (with_check ? 1 : 0);
  std::size_t seen = 0;
  for (char c : text) {
    if (c == '-') continue;
    if (seen == wanted) return fail(ec::invalid, "the code has too many symbols");
    const bool is_check = seen == code_symbols;
    const int symbol = value_of(c, is_check ? check_modulus : data_symbols);
    if (symbol < 0) return fail(ec::invalid, "the code holds a character that no code has");
    if (is_check)
      out.check = symbol;
    else
      out.value = (out.value << 5) | static_cast<std::uint64_t>(symbol);
    ++seen;
  }
  if (seen != wanted) return fail(ec::invalid, "the code has too few symbols");
  for (std::size_t i = 0; i < code_size; ++i)
    out.code[i] = static_cast<octet>(out.value >> (8 * (code_size - 1 - i)));
  return {};
}

} // namespace

void encode_into(const code_octets& code, std::span<octet, code_symbols> out) {
  put_symbols(number_of(code), out);
}

std::string encode(const code_octets& code) {
  std::array<octet, code_symbols> text;
  wipe_guard wiped(text);
  encode_into(code, text);
  return std::string(text_of(text));
}

std::string encode_grouped(const code_octets& code) {
  return encode(code).insert(4, 1, '-');
}

result<code_octets> decode(std::string_view text) {
  reading what;
  if (auto done = read(text, false, what); !done) return fail(done.error());
  return what.code;
}

result<std::string> canonical(std::string_view text) {
  return decode(text).map(encode);
}

char check_symbol(const code_octets& code) {
  return check_symbol_of_number(number_of(code));
}

result<code_octets> decode_checked(std::string_view text) {
  reading what;
  if (auto done = read(text, true, what); !done) return fail(done.error());
  if (what.value % check_modulus != static_cast<std::uint64_t>(what.check))
    return fail(ec::invalid, "the check symbol does not fit: the code was mistyped");
  return what.code;
}

std::string encode_number(std::uint64_t value) {
  std::string text;
  do
    text.insert(text.begin(), symbols[value % data_symbols]);
  while ((value >>= 5) != 0);
  return text;
}

char check_symbol_of_number(std::uint64_t value) {
  return symbols[value % check_modulus];
}

std::string encode_sas(std::uint32_t value) {
  PPN_ASSERT(value >> sas_bits == 0);
  std::array<octet, sas_bits / 5> text;
  put_symbols(value, text);
  return std::string(text_of(text)).insert(3, 1, '-');
}

} // namespace ppn::crypto::crockford
