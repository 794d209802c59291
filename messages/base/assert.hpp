// Always-on assertions, for our own bugs only. Data from a peer, a disk, an operator or a guest is
// checked and answered with an error instead. Guests outlive an abort; the daemon restarts and reconciles.
#pragma once

namespace ppn {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

} // namespace ppn

#define PPN_ASSERT(condition)                                                                      \
  (static_cast<bool>(condition) ? static_cast<void>(0)                                             \
                                : ::ppn::assertion_failed(#condition, __FILE__, __LINE__))
