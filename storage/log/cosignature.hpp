// Witness cosignatures (cosignature/v1, key type 04): at the stated time this was the largest
// consistent tree of its origin that the cosigner had seen. The signed message does not name the
// cosigner, so a key belongs to one witness only, and a log's key never cosigns.
#pragma once

#include "storage/log/note.hpp"

namespace ppn::log {

// uint64 big-endian POSIX seconds, then the Ed25519 signature.
inline constexpr std::size_t cosignature_octets = 8 + signature::size;

std::string cosignature_message(std::uint64_t time, std::string_view text);

// `text` is the whole note text with its extension lines; `invalid` for another key type, or a time
// of 2^63 or later.
result<note_signature> make_cosignature(std::string_view text, const vkey& key, std::uint64_t time,
                                        const sign_function& sign);

// Gives the time that the cosignature states.
result<std::uint64_t> verify_cosignature(const vkey& key, std::string_view text, bytes_view payload,
                                         const verify_function& verify = {});

} // namespace ppn::log
