#include "storage/log/witness.hpp"

#include "runtime/crypto/hash.hpp"
#include "storage/log/cosignature.hpp"
#include "storage/log/text.hpp"

#include <algorithm>

namespace ppn::log {

namespace {

constexpr std::string_view old_start = "old ";

witness_decision refuse(int status, std::string why) {
  witness_decision decision;
  decision.status = status;
  decision.body = std::move(why) + '\n';
  return decision;
}

// From here on the log has signed what is refused.
witness_decision refuse_signed(int status, std::string why) {
  witness_decision decision = refuse(status, std::move(why));
  decision.is_evidence = true;
  return decision;
}

bool serves(std::span<const vkey> trusted, std::string_view origin) {
  return std::any_of(trusted.begin(), trusted.end(),
                     [origin](const vkey& key) { return key.name == origin; });
}

bool grows_consistently(const witness_request& request, const digest& old_root) {
  if (request.old_size == 0) return request.proof.empty();
  return verify_consistency(request.old_size, request.body.size, request.proof, old_root,
                            request.body.root);
}

// The log's lines of this origin, each key once: repeated lines could fill the note, and with ours
// it would be one that no reader accepts.
note log_part(const witness_request& request, std::span<const known_signature> lines) {
  note part{request.source.text, {}};
  for (const known_signature& known : lines) {
    bool is_taken = std::any_of(part.signatures.begin(), part.signatures.end(),
                                [&known](const auto& line) { return line.id == known.key.id; });
    if (known.key.name == request.body.origin && !is_taken)
      part.signatures.push_back({known.key.name, known.key.id, known.payload});
  }
  return part;
}

witness_decision cosign(const witness_request& request, std::span<const known_signature> log_lines,
                        const witness_identity& self, std::uint64_t time) {
  auto line = make_cosignature(request.source.text, self.key, time, self.sign);
  if (!line) return refuse(500, "this witness cannot cosign: " + line.error().text);
  note published = log_part(request, log_lines);
  published.signatures.push_back(*line);
  witness_decision decision;
  decision.published = to_text(published);
  if (decision.published.size() > note_octets_max)
    return refuse_signed(400, "the checkpoint leaves no room for a cosignature in 64 KiB");
  decision.status = 200;
  decision.body = to_text(*line);
  decision.store = witnessed_tree{request.body.size, request.body.root};
  return decision;
}

bool is_log_key(std::span<const vkey> trusted, const crypto::public_key& key) {
  return std::any_of(trusted.begin(), trusted.end(),
                     [&key](const vkey& log) { return log.key == key; });
}

} // namespace

result<witness_request> parse_witness_request(bytes_view data) {
  if (data.size() > witness_request_octets_max)
    return fail(ec::too_large, "the request is larger than 128 KiB");
  line_reader lines(text_of(data));
  auto first = lines.next();
  bool has_old = first && first->substr(0, old_start.size()) == old_start;
  auto old_size = has_old ? parse_decimal(first->substr(old_start.size())) : std::nullopt;
  if (!old_size) return fail(ec::malformed, "the request does not start with a canonical old size");
  auto proof = read_proof(lines);
  if (!proof) return tl::unexpected(proof.error());
  auto source = parse_note(view_of(lines.rest()));
  if (!source) return tl::unexpected(source.error());
  auto body = parse_checkpoint(source->text);
  if (!body) return tl::unexpected(body.error());
  return witness_request{*old_size, std::move(*proof), std::move(*source), std::move(*body)};
}

std::string witness_request_text(std::uint64_t old_size, const proof_hashes& proof,
                                 std::string_view signed_note) {
  std::string text = std::string(old_start) + std::to_string(old_size) + '\n';
  text += proof_lines(proof) + '\n';
  text += signed_note;
  return text;
}

witness_decision decide(const witness_request& request,
                        const std::optional<witnessed_tree>& remembered,
                        std::span<const vkey> trusted, const witness_identity& self,
                        std::uint64_t time) {
  if (is_log_key(trusted, self.key.key))
    return refuse(500, "this witness shares its key with a log and cosigns nothing");
  // The order is part of the protocol: each answer tells the log what to correct next.
  if (!serves(trusted, request.body.origin))
    return refuse(404, "this witness does not know the origin");
  auto signatures = verify_note(request.source, trusted, self.verify);
  if (!signatures)
    return refuse(signatures.error().code == ec::invalid ? 500 : 403, signatures.error().text);
  if (!log_signed(request.body, *signatures))
    return refuse(403, "no trusted key of this origin has signed");
  if (request.old_size > request.body.size)
    return refuse_signed(400, "the old size is larger than the checkpoint's");
  std::uint64_t latest = remembered ? remembered->size : 0;
  if (request.old_size != latest) {
    witness_decision conflict = refuse_signed(409, std::to_string(latest));
    conflict.content_type = "text/x.tlog.size";
    return conflict;
  }
  if (!has_possible_root(request.body))
    return refuse_signed(422, "the empty tree has another root");
  if (!grows_consistently(request, remembered ? remembered->root : empty_root()))
    return refuse_signed(422, "the tree is not shown to extend the one cosigned before");
  return cosign(request, *signatures, self, time);
}

std::string monitoring_path(std::string_view origin) {
  return crypto::sha256(view_of(origin)).hex() + "/checkpoint";
}

result<std::vector<note_signature>> take_cosignatures(std::string_view answer,
                                                      std::string_view text,
                                                      std::span<const vkey> witnesses,
                                                      const verify_function& verify) {
  auto lines = parse_signature_lines(answer);
  if (!lines) return lines;
  std::vector<note_signature> taken;
  for (note_signature& line : *lines) {
    auto key = std::find_if(witnesses.begin(), witnesses.end(), [&line](const vkey& candidate) {
      return candidate.name == line.name && candidate.id == line.id;
    });
    if (key == witnesses.end()) continue;
    auto time = verify_cosignature(*key, text, line.payload, verify);
    if (!time) return tl::unexpected(time.error());
    taken.push_back(std::move(line));
  }
  return taken;
}

witness_decision answer_add_checkpoint(bytes_view data, const remembered_lookup& remembered,
                                       std::span<const vkey> trusted, const witness_identity& self,
                                       std::uint64_t time) {
  auto request = parse_witness_request(data);
  if (!request) return refuse(400, request.error().text);
  return decide(*request, remembered(request->body.origin), trusted, self, time);
}

} // namespace ppn::log
