// Crockford's base32, for codes that a person reads on one screen and types on another: no I, L, O
// or U, case does not matter, hyphens are decoration. A code is five octets, so exactly eight
// symbols with neither padding nor a second spelling. Work is done on octets, never through a
// locale: a Turkish upper-casing must not decide who joins a fleet. Whoever hashes or compares a
// typed code uses its canonical form only. No error text here ever repeats the code.
#pragma once

#include "messages/base/bytes.hpp"
#include "messages/base/error.hpp"

#include <array>
#include <span>

namespace ppn::crypto::crockford {

inline constexpr std::size_t code_size = 5;
inline constexpr std::size_t code_symbols = 8;
static_assert(code_size * 8 == code_symbols * 5, "no padding, hence no ambiguity");

using code_octets = std::array<octet, code_size>;

// Eight upper-case symbols, leading zeros kept. This is the canonical form.
std::string encode(const code_octets& code);
// The same without a string on the heap or the stack: for callers that keep the code secret.
void encode_into(const code_octets& code, std::span<octet, code_symbols> out);
// XXXX-XXXX, as screens show it.
std::string encode_grouped(const code_octets& code);

// Eight data symbols and any number of hyphens, nothing else: the user interface strips white space
// at both ends before it asks.
result<code_octets> decode(std::string_view text);
result<std::string> canonical(std::string_view text);

// The optional ninth symbol finds every single wrong symbol and every exchange of two, on the
// machine where the code is typed, so that a slip costs no attempt.
char check_symbol(const code_octets& code);
result<code_octets> decode_checked(std::string_view text);

// Crockford's notation for numbers: no leading zeros, and "0" for zero.
std::string encode_number(std::uint64_t value);
char check_symbol_of_number(std::uint64_t value);

// A short authentication string of 30 bits as XXX-XXX, leading zeros kept.
inline constexpr int sas_bits = 30;
std::string encode_sas(std::uint32_t value);

} // namespace ppn::crypto::crockford
