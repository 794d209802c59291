#include "storage/log/proof_file.hpp"

#include "storage/log/base64.hpp"
#include "storage/log/text.hpp"

namespace ppn::log {

namespace {

constexpr std::string_view first_line = "c2sp.org/tlog-proof@v1";
constexpr std::string_view extra_start = "extra ";
constexpr std::string_view index_start = "index ";

bool starts_with(std::optional<std::string_view> line, std::string_view start) {
  return line && line->substr(0, start.size()) == start;
}

status check_checkpoint(std::string_view signed_note) {
  auto parsed = parse_note(view_of(signed_note));
  if (!parsed) return tl::unexpected(parsed.error());
  auto body = parse_checkpoint(parsed->text);
  if (!body) return tl::unexpected(body.error());
  return {};
}

} // namespace

result<proof_file> parse_proof_file(bytes_view data) {
  if (data.size() > proof_file_octets_max)
    return fail(ec::too_large, "the proof file is larger than 256 KiB");
  line_reader lines(text_of(data));
  if (lines.next() != first_line) return fail(ec::malformed, "this is not a tlog-proof@v1 file");
  proof_file proof;
  auto line = lines.next();
  if (starts_with(line, extra_start)) {
    proof.extra = from_base64(line->substr(extra_start.size()));
    if (!proof.extra) return fail(ec::malformed, "the extra line is not canonical base64");
    line = lines.next();
  }
  auto index = starts_with(line, index_start) ? parse_decimal(line->substr(index_start.size()))
                                              : std::nullopt;
  if (!index) return fail(ec::malformed, "the proof file has no canonical index");
  proof.index = *index;
  auto hashes = read_proof(lines);
  if (!hashes) return tl::unexpected(hashes.error());
  proof.hashes = std::move(*hashes);
  if (auto sound = check_checkpoint(lines.rest()); !sound) return tl::unexpected(sound.error());
  proof.checkpoint = std::string(lines.rest());
  return proof;
}

result<std::string> to_text(const proof_file& proof) {
  if (proof.index >= number_end || proof.hashes.size() > proof_hashes_max)
    return fail(ec::invalid, "the index or the number of hashes is out of range");
  if (auto sound = check_checkpoint(proof.checkpoint); !sound) return tl::unexpected(sound.error());
  std::string text{first_line};
  text += '\n';
  if (proof.extra) text += std::string(extra_start) + to_base64(*proof.extra) + '\n';
  text += std::string(index_start) + std::to_string(proof.index) + '\n';
  text += proof_lines(proof.hashes) + '\n' + proof.checkpoint;
  if (text.size() > proof_file_octets_max)
    return fail(ec::too_large, "the proof file would be larger than 256 KiB");
  return text;
}

result<opened_checkpoint> verify_proof_file(const proof_file& proof, bytes_view entry,
                                            const trust_policy& trust) {
  auto opened = open_checkpoint(view_of(proof.checkpoint), trust);
  if (!opened) return opened;
  const checkpoint& body = opened->body;
  if (!verify_inclusion(proof.index, body.size, leaf_hash(entry), proof.hashes, body.root))
    return fail(ec::unauthentic, "the proof does not show this entry at index " +
                                     std::to_string(proof.index) + " of " + body.origin);
  return opened;
}

} // namespace ppn::log
