#include "runtime/cli/progress_line.hpp"

#include <cstdio>
#include <fmt/format.h>

namespace ppn {

progress_line::~progress_line() {
  if (permille_ != 0) std::fputs("\r\x1b[K", stderr);
}

void progress_line::show(std::uint64_t done, std::uint64_t total) {
  if (!is_shown_ || total == 0) return;
  constexpr std::uint64_t columns = 32;
  // Of a size below 2^63 the product may not fit; the quotient of doubles is close enough to look at.
  const double part = static_cast<double>(done) / static_cast<double>(total);
  const auto permille = static_cast<std::uint64_t>(part * 1000) + 1;
  if (permille == permille_) return;
  permille_ = permille;
  const auto filled = static_cast<std::size_t>(part * columns);
  std::fputs(fmt::format("\r[{}{}] {} of {} entries", std::string(filled, '#'),
                         std::string(columns - filled, ' '), done, total)
               .c_str(),
             stderr);
  std::fflush(stderr);
}

} // namespace ppn
