// Node events as a number for the trace hash and as a line for people.
#pragma once

#include "runtime/ports/observer.hpp"

namespace ppn::sim {

std::uint64_t fingerprint(const node_event& what);
std::string text_of(const node_event& what);

} // namespace ppn::sim
