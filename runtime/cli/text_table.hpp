// Text for a terminal of limited width: lines of coloured pieces, and columns that line up. Widths
// are counted in characters that are seen; a line that is too long is cut, its colours are still
// closed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ppn::text {

enum class colour : unsigned char { none, dim, green, yellow, red, bold, bold_yellow, bold_red };

struct piece {
  std::string text;
  colour paint = colour::none;
};
using line = std::vector<piece>;

// Printable ASCII; everything else becomes one '?' for each octet.
std::string plain(std::string_view text);

// Cut to `width` seen characters (0: not cut), without spaces at its end, with a line feed.
std::string render_line(const line& from, std::size_t width, bool coloured);

enum class alignment : unsigned char { left, right };

// Pads the cells of each column to its widest one, two spaces between columns.
std::vector<line> align_columns(std::vector<line> rows, const std::vector<alignment>& columns);

} // namespace ppn::text
