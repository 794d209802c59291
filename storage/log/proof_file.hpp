// A proof file (tlog-proof) carries everything but trust: with the entry, the log's key and the
// witness keys it shows offline, decades later, that the entry is in the log.
#pragma once

#include "storage/log/checkpoint.hpp"
#include "storage/log/merkle.hpp"

#include <optional>

namespace ppn::log {

inline constexpr std::size_t proof_file_octets_max = 256 * 1024;

struct proof_file {
  std::optional<bytes> extra; // nobody vouches for it
  std::uint64_t index = 0;
  proof_hashes hashes;    // leaf side first
  std::string checkpoint; // a signed note

  bool operator==(const proof_file&) const = default;
};

// Syntax only, the checkpoint's included.
result<proof_file> parse_proof_file(bytes_view data);
result<std::string> to_text(const proof_file& proof);

// The opened checkpoint that `entry` is proven to be under.
result<opened_checkpoint> verify_proof_file(const proof_file& proof, bytes_view entry,
                                            const trust_policy& trust);

} // namespace ppn::log
