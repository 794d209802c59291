// A text as a QR code for a terminal: two modules a character, black on white whatever the colours are.
#pragma once

#include "messages/base/error.hpp"

#include <string>
#include <string_view>

namespace ppn {

// Lines of UTF-8 half blocks with the quiet zone; empty when the text is too long for a code.
std::string qr_text(std::string_view text);

} // namespace ppn
