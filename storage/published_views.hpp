// Port: files that people read beside a ledger (domain section 8). They prove nothing and nothing is
// read back from them but what has been written; whatever else is found in their place is set aside and
// never destroyed. May block on the disk.
#pragma once

#include "messages/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace ppn {

class published_views {
public:
  virtual ~published_views() = default;

  // The whole file becomes `text`, durable when it answers; at any moment it is this or what it was
  // before. One that is this already is left alone. Names are [a-zA-Z0-9.-]{1,64} and begin with a
  // letter, else ec::invalid. What is no plain file is set aside first.
  virtual status write(std::string_view name, std::string_view text) = 0;

  // -- a file that grows by whole lines

  // How many octets of whole lines there are; 0 when there is no such file. What follows the last line
  // feed is the torn end of an append and is cut off.
  virtual result<std::uint64_t> open_lines(std::string_view name) = 0;
  // At most `most` octets; fewer at the end of the file.
  virtual result<std::string> read(std::string_view name, std::uint64_t from,
                                   std::size_t most) const = 0;
  // Durable when it answers. ec::stale unless the file has exactly `from` octets: then somebody else
  // wrote to it. After any other error `open_lines` tells what there is.
  virtual status append(std::string_view name, std::uint64_t from, std::string_view text) = 0;

  // The file gets another name, `NAME.aside-1` or the next free number. ec::exists when all are taken;
  // nothing to do when there is no such file.
  virtual status set_aside(std::string_view name) = 0;
  static constexpr int set_aside_max = 16;
};

} // namespace ppn
