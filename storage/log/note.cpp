#include "storage/log/note.hpp"

#include "storage/log/base64.hpp"
#include "storage/log/cosignature.hpp"
#include "storage/log/text.hpp"

#include <algorithm>

namespace ppn::log {

namespace {

constexpr std::string_view line_start = "\xe2\x80\x94 "; // em dash and a space

result<note_signature> parse_line(std::string_view line) {
  if (line.substr(0, line_start.size()) != line_start)
    return fail(ec::malformed, "a signature line does not start with an em dash and a space");
  line.remove_prefix(line_start.size());
  std::size_t space = line.find(' ');
  if (space == line.npos) return fail(ec::malformed, "a signature line has no signature");
  std::string_view name = line.substr(0, space);
  if (!is_key_name(name)) return fail(ec::malformed, "a signature line has no legal key name");
  auto data = from_base64(line.substr(space + 1));
  // A key id and nothing after it signs nothing.
  if (!data || data->size() <= key_id::size)
    return fail(ec::malformed,
                "a signature line has no canonical base64 of a key id and signature");
  return note_signature{std::string(name), *key_id::from(bytes_view(*data).first(key_id::size)),
                        bytes(data->begin() + key_id::size, data->end())};
}

// Two keys under one name and id could each vouch for the other's line: a configuration error.
status check_unambiguous(std::span<const vkey> known) {
  for (std::size_t i = 0; i < known.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (known[i].name == known[j].name && known[i].id == known[j].id && known[i] != known[j])
        return fail(ec::invalid,
                    "two known keys are both " + known[i].name + '+' + known[i].id.hex());
  return {};
}

result<known_signature> verify_line(std::string_view text, const note_signature& line,
                                    const vkey& key, const verify_function& verify) {
  if (key.type == key_type::cosignature) {
    auto time = verify_cosignature(key, text, line.payload, verify);
    if (!time) return tl::unexpected(time.error());
    return known_signature{key, *time, line.payload};
  }
  auto sig = signature::from(line.payload);
  if (key.type != key_type::ed25519 || !sig || !is_signed(verify, key.key, view_of(text), *sig))
    return fail(ec::unauthentic, "the signature by " + key.name + " is not valid");
  return known_signature{key, 0, line.payload};
}

} // namespace

result<std::vector<note_signature>> parse_signature_lines(std::string_view text) {
  if (text.size() > note_octets_max)
    return fail(ec::too_large, "the signature lines are larger than 64 KiB");
  std::vector<note_signature> signatures;
  line_reader lines(text);
  while (auto line = lines.next()) {
    if (signatures.size() == note_signatures_max)
      return fail(ec::malformed, "there are more than 100 signature lines");
    auto sig = parse_line(*line);
    if (!sig) return tl::unexpected(sig.error());
    signatures.push_back(std::move(*sig));
  }
  if (!lines.rest().empty())
    return fail(ec::malformed, "the last signature line does not end with a line feed");
  if (signatures.empty()) return fail(ec::malformed, "there is no signature line");
  return signatures;
}

result<note> parse_note(bytes_view data) {
  if (data.size() > note_octets_max) return fail(ec::too_large, "the note is larger than 64 KiB");
  std::string_view all = text_of(data);
  if (!is_printable(all, true)) return fail(ec::malformed, "the note is not printable UTF-8");
  std::size_t split = all.rfind("\n\n");
  if (split == all.npos) return fail(ec::malformed, "no empty line ends the note's text");
  auto signatures = parse_signature_lines(all.substr(split + 2));
  if (!signatures) return tl::unexpected(signatures.error());
  return note{std::string(all.substr(0, split + 1)), std::move(*signatures)};
}

result<std::vector<known_signature>> verify_note(const note& parsed, std::span<const vkey> known,
                                                 const verify_function& verify) {
  if (auto clear = check_unambiguous(known); !clear) return tl::unexpected(clear.error());
  std::vector<known_signature> verified;
  bool log_signed = false;
  for (const note_signature& line : parsed.signatures) {
    auto key = std::find_if(known.begin(), known.end(), [&line](const vkey& candidate) {
      return candidate.name == line.name && candidate.id == line.id;
    });
    if (key == known.end()) continue;
    auto sig = verify_line(parsed.text, line, *key, verify);
    if (!sig) return tl::unexpected(sig.error());
    log_signed = log_signed || key->type == key_type::ed25519;
    verified.push_back(std::move(*sig));
  }
  if (!log_signed) return fail(ec::unauthentic, "no known log key has signed the note");
  return verified;
}

std::string to_text(const note_signature& line) {
  bytes data(line.id.octets.begin(), line.id.octets.end());
  append(data, line.payload);
  return std::string(line_start) + line.name + ' ' + to_base64(data) + '\n';
}

std::string to_text(const note& whole) {
  std::string text = whole.text + '\n';
  for (const note_signature& line : whole.signatures)
    text += to_text(line);
  return text;
}

result<note_signature> sign_text(std::string_view text, const vkey& key,
                                 const sign_function& sign) {
  if (key.type != key_type::ed25519) return fail(ec::invalid, "only a type-01 key signs a note");
  if (text.empty() || text.back() != '\n' || !is_printable(text, true))
    return fail(ec::invalid, "a note's text is printable and ends with a line feed");
  signature sig = sign(view_of(text));
  return note_signature{key.name, key.id, bytes(sig.octets.begin(), sig.octets.end())};
}

} // namespace ppn::log
