#include "messages/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace ppn {

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "assertion failed: %s at %s:%d\n", condition, file, line);
  std::fflush(stderr);
  std::abort();
}

} // namespace ppn
