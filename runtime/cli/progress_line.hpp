// One line on stderr that is written over again and again, and gone at the end.
#pragma once

#include <cstdint>

namespace ppn {

class progress_line {
public:
  explicit progress_line(bool is_shown) : is_shown_(is_shown) {}
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;
  ~progress_line();

  void show(std::uint64_t done, std::uint64_t total);

private:
  bool is_shown_;
  std::uint64_t permille_ = 0; // shown last, plus one; 0: nothing yet
};

} // namespace ppn
