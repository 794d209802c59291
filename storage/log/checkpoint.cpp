#include "storage/log/checkpoint.hpp"

#include "storage/log/base64.hpp"
#include "storage/log/merkle.hpp"
#include "storage/log/text.hpp"

#include <algorithm>
#include <set>

namespace ppn::log {

namespace {

status check_extensions(std::string_view extensions) {
  line_reader lines(extensions);
  while (auto line = lines.next())
    if (line->empty()) return fail(ec::malformed, "a checkpoint's extension line is empty");
  if (!lines.rest().empty()) return fail(ec::malformed, "a checkpoint ends with a line feed");
  return {};
}

bool all_of_type(const std::vector<vkey>& keys, key_type type) {
  return std::all_of(keys.begin(), keys.end(),
                     [type](const vkey& key) { return key.type == type; });
}

std::vector<vkey> log_keys(const trust_policy& trust) {
  std::vector<vkey> keys = trust.logs;
  for (const log_term& term : trust.terms)
    keys.push_back(term.key);
  return keys;
}

status check_terms(const trust_policy& trust) {
  if (trust.terms.empty()) return {};
  if (!trust.logs.empty())
    return fail(ec::invalid, "log keys are given either by term or for every size, not both");
  for (std::size_t i = 1; i < trust.terms.size(); ++i) {
    if (trust.terms[i].first_size < trust.terms[i - 1].first_size)
      return fail(ec::invalid, "the log's terms are not in the order of their first sizes");
    if (trust.terms[i].key.name != trust.terms[0].key.name)
      return fail(ec::invalid, "the keys of one log's terms have different names");
  }
  return {};
}

// The cosigned message holds no name, so a log that also cosigns could be taken for its own
// witness.
status check_policy(const trust_policy& trust) {
  if (auto ordered = check_terms(trust); !ordered) return ordered;
  const std::vector<vkey> logs = log_keys(trust);
  if (!all_of_type(logs, key_type::ed25519) || !all_of_type(trust.witnesses, key_type::cosignature))
    return fail(ec::invalid, "log keys are of type 01 and witness keys of type 04");
  for (const vkey& log : logs)
    for (const vkey& witness : trust.witnesses)
      if (log.key == witness.key)
        return fail(ec::invalid, "the witness key " + witness.name + " is also a log's key");
  return {};
}

std::size_t count_witnesses(std::span<const known_signature> signatures) {
  std::set<crypto::public_key> keys;
  for (const known_signature& line : signatures)
    if (line.key.type == key_type::cosignature) keys.insert(line.key.key);
  return keys.size();
}

} // namespace

result<checkpoint> parse_checkpoint(std::string_view text) {
  if (text.size() > note_octets_max) return fail(ec::too_large, "the checkpoint is over 64 KiB");
  if (!is_printable(text, true))
    return fail(ec::malformed, "the checkpoint is not printable UTF-8");
  line_reader lines(text);
  auto origin = lines.next();
  if (!origin || origin->empty()) return fail(ec::malformed, "the checkpoint has no origin");
  auto size_line = lines.next();
  auto size = size_line ? parse_decimal(*size_line) : std::nullopt;
  if (!size) return fail(ec::malformed, "the checkpoint's size is not a canonical decimal number");
  auto root_line = lines.next();
  auto root = root_line ? parse_hash_line(*root_line) : std::nullopt;
  if (!root) return fail(ec::malformed, "the checkpoint's root is not the base64 of 32 octets");
  if (auto legal = check_extensions(lines.rest()); !legal) return tl::unexpected(legal.error());
  return checkpoint{std::string(*origin), *size, *root, std::string(lines.rest())};
}

result<std::string> to_text(const checkpoint& body) {
  std::string text = body.origin + '\n' + std::to_string(body.size) + '\n' +
                     to_base64(body.root.view()) + '\n' + body.extensions;
  auto back = parse_checkpoint(text);
  // An origin with a line feed would read back as another checkpoint.
  if (!back || *back != body) return fail(ec::invalid, "this checkpoint has no text form");
  return text;
}

bool has_possible_root(const checkpoint& body) {
  return body.size != 0 || body.root == empty_root();
}

bool log_signed(const checkpoint& body, std::span<const known_signature> signatures) {
  return std::any_of(signatures.begin(), signatures.end(), [&body](const known_signature& line) {
    return line.key.type == key_type::ed25519 && line.key.name == body.origin;
  });
}

const log_term* term_of(std::span<const log_term> terms, std::uint64_t size) {
  auto found = std::find_if(terms.rbegin(), terms.rend(),
                            [size](const log_term& term) { return term.first_size <= size; });
  return found == terms.rend() ? nullptr : &*found;
}

bool log_signed(const checkpoint& body, std::span<const known_signature> signatures,
                std::span<const log_term> terms) {
  const log_term* term = term_of(terms, body.size);
  if (term == nullptr || term->key.name != body.origin) return false;
  return std::any_of(signatures.begin(), signatures.end(),
                     [term](const known_signature& line) { return line.key == term->key; });
}

result<opened_checkpoint> open_checkpoint(bytes_view signed_note, const trust_policy& trust) {
  if (auto sound = check_policy(trust); !sound) return tl::unexpected(sound.error());
  auto parsed = parse_note(signed_note);
  if (!parsed) return tl::unexpected(parsed.error());
  auto body = parse_checkpoint(parsed->text);
  if (!body) return tl::unexpected(body.error());
  std::vector<vkey> known = log_keys(trust);
  known.insert(known.end(), trust.witnesses.begin(), trust.witnesses.end());
  auto signatures = verify_note(*parsed, known, trust.verify);
  if (!signatures) return tl::unexpected(signatures.error());
  bool is_vouched = trust.terms.empty() ? log_signed(*body, *signatures)
                                        : log_signed(*body, *signatures, trust.terms);
  if (!is_vouched)
    // Nobody vouches for the origin yet, so it stays out of what people read.
    return fail(ec::unauthentic, "the log that the checkpoint names has not signed it");
  if (!has_possible_root(*body))
    return fail(ec::unauthentic, "the checkpoint gives the empty tree a root that it cannot have");
  std::size_t witnesses = count_witnesses(*signatures);
  if (witnesses < trust.quorum)
    return fail(ec::unauthentic, "the checkpoint has " + std::to_string(witnesses) + " of " +
                                     std::to_string(trust.quorum) + " cosignatures");
  return opened_checkpoint{std::move(*body), std::move(*parsed), std::move(*signatures), witnesses};
}

result<std::string> sign_checkpoint(const checkpoint& body, const vkey& key,
                                    const sign_function& sign) {
  if (key.name != body.origin) return fail(ec::invalid, "the log key's name is not the origin");
  if (!has_possible_root(body)) return fail(ec::invalid, "the empty tree has another root");
  auto text = to_text(body);
  if (!text) return text;
  auto line = sign_text(*text, key, sign);
  if (!line) return tl::unexpected(line.error());
  return to_text(note{std::move(*text), {std::move(*line)}});
}

} // namespace ppn::log
