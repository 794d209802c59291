// `ppn status` for people: who is in the fleet and what is wrong, readable at a glance on a
// terminal and cuttable by field in a pipe. Colour only repeats what a word says already.
#pragma once

#include "messages/base/error.hpp"
#include "messages/control.hpp"

#include <string>

namespace ppn {

struct table_style {
  bool colour = false;
  std::size_t width = 0;  // columns of the terminal; 0: as wide as it gets
  std::size_t height = 0; // lines; 0: as many as it gets
};

// Lines, each with its line feed. Whatever the daemon says, only printable ASCII and our own
// colours come out.
std::string status_table(const status_reply& reply, const table_style& style);

// What stands in the table's place while the daemon is away.
std::string status_error_text(const error& what, const table_style& style);

} // namespace ppn
