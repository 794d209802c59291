// CRC-32C (Castagnoli), as the durable format of the store uses it: by the processor's own instruction
// where it has one, by tables elsewhere. Both give the same numbers.
#pragma once

#include "messages/base/bytes.hpp"

#include <cstdint>

namespace ppn {

// Goes on from the sum of what came before; 0 for nothing yet.
std::uint32_t crc32c(std::uint32_t before, bytes_view data);

// For every processor. What the instruction is compared with, and what takes its place.
std::uint32_t crc32c_by_tables(std::uint32_t before, bytes_view data);

} // namespace ppn
