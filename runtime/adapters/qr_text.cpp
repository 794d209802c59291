#include "runtime/adapters/qr_text.hpp"

#include <memory>
#include <qrencode.h>

namespace ppn {

namespace {

constexpr int quiet_zone = 2;

struct code_free {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

bool is_dark(const QRcode& code, int x, int y) {
  if (x < 0 || y < 0 || x >= code.width || y >= code.width) return false;
  return (code.data[y * code.width + x] & 1) != 0;
}

} // namespace

std::string qr_text(std::string_view text) {
  std::unique_ptr<QRcode, code_free> code(
    QRcode_encodeString(std::string(text).c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1));
  if (!code) return {};
  std::string lines;
  for (int y = -quiet_zone; y < code->width + quiet_zone; y += 2) {
    for (int x = -quiet_zone; x < code->width + quiet_zone; ++x) {
      const bool upper = is_dark(*code, x, y);
      const bool lower = is_dark(*code, x, y + 1);
      // A light module is drawn: terminals are dark more often than not, and scanners take both.
      lines += upper ? (lower ? " " : "\u2584") : (lower ? "\u2580" : "\u2588");
    }
    lines += '\n';
  }
  return lines;
}

} // namespace ppn
