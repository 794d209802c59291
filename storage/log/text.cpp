#include "storage/log/text.hpp"

#include "storage/log/base64.hpp"

namespace ppn::log {

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  // 2^63 - 1 has 19 digits; with no more than those the sum below cannot overflow.
  if (text.empty() || text.size() > 19) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  std::uint64_t value = 0;
  for (char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = 10 * value + static_cast<std::uint64_t>(digit - '0');
  }
  if (value >= number_end) return std::nullopt;
  return value;
}

namespace {

struct utf8_form {
  std::size_t size;
  char32_t first_bits;
  char32_t smallest; // below it the same value has a shorter form
};

std::optional<utf8_form> form_of(octet lead) {
  if (lead < 0x80) return utf8_form{1, lead, 0};
  if ((lead & 0xe0) == 0xc0) return utf8_form{2, char32_t(lead & 0x1f), 0x80};
  if ((lead & 0xf0) == 0xe0) return utf8_form{3, char32_t(lead & 0x0f), 0x800};
  if ((lead & 0xf8) == 0xf0) return utf8_form{4, char32_t(lead & 0x07), 0x10000};
  return std::nullopt;
}

} // namespace

std::optional<char32_t> take_code_point(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  auto form = form_of(static_cast<octet>(text.front()));
  if (!form || text.size() < form->size) return std::nullopt;
  char32_t point = form->first_bits;
  for (std::size_t i = 1; i < form->size; ++i) {
    auto next = static_cast<octet>(text[i]);
    if ((next & 0xc0) != 0x80) return std::nullopt;
    point = (point << 6) | (next & 0x3f);
  }
  bool surrogate = point >= 0xd800 && point <= 0xdfff;
  if (point < form->smallest || point > 0x10ffff || surrogate) return std::nullopt;
  text.remove_prefix(form->size);
  return point;
}

bool is_printable(std::string_view text, bool line_feeds) {
  while (!text.empty()) {
    auto point = take_code_point(text);
    if (!point) return false;
    if (*point < 0x20 && !(line_feeds && *point == '\n')) return false;
  }
  return true;
}

std::optional<std::string_view> line_reader::next() {
  std::size_t end = rest_.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return line;
}

std::optional<digest> parse_hash_line(std::string_view line) {
  // The length first: a long line is refused before it is decoded.
  if (line.size() != base64_size(digest::size)) return std::nullopt;
  auto octets = from_base64(line);
  return octets ? digest::from(*octets) : std::nullopt;
}

result<std::vector<digest>> read_proof(line_reader& lines) {
  std::vector<digest> hashes;
  for (;;) {
    auto line = lines.next();
    if (!line) return fail(ec::malformed, "the proof does not end with an empty line");
    if (line->empty()) return hashes;
    if (hashes.size() == proof_hashes_max)
      return fail(ec::malformed, "the proof has more than 63 hashes");
    auto hash = parse_hash_line(*line);
    if (!hash) return fail(ec::malformed, "a proof line is not the base64 of 32 octets");
    hashes.push_back(*hash);
  }
}

std::string proof_lines(const std::vector<digest>& hashes) {
  std::string text;
  text.reserve(hashes.size() * (base64_size(digest::size) + 1));
  for (const digest& hash : hashes) {
    text += to_base64(hash.view());
    text += '\n';
  }
  return text;
}

} // namespace ppn::log
