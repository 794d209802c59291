// Keys as words that can be read aloud, written down and typed: BIP 39's word list. A secret of 32 octets
// is 24 words with a checksum; a fingerprint is six words, the first 66 bits of the public key's SHA-256.
#pragma once

#include "messages/base/error.hpp"
#include "runtime/crypto/keys.hpp"

#include <string>
#include <string_view>

namespace ppn::crypto {

inline constexpr std::size_t fingerprint_words = 6;
inline constexpr std::size_t recovery_words = 24;

// "able-about-...": what two people compare. Finding another key with the same words takes 2^66 tries.
std::string fingerprint(const public_key& key);

// Written into guarded memory, because it is the secret itself: words with a space between them.
secret words_of_seed(bytes_view seed);

// In any case, with any white space between them; ec::invalid when a word is unknown or the checksum says
// that one is wrong. It names the number of the word, never the word.
result<secret> seed_of_words(bytes_view text);

} // namespace ppn::crypto
