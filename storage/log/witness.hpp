// What a witness answers to add-checkpoint (tlog-witness), as a pure decision. The idea: a witness
// cosigns one line of growing trees per origin and nothing else. Whoever calls `decide` must store
// the decision's `store` durably, by compare-and-set against the `remembered` that went in, before
// the answer leaves; when that fails the answer is void and the decision is made again.
#pragma once

#include "storage/log/checkpoint.hpp"
#include "storage/log/merkle.hpp"

#include <optional>

namespace ppn::log {

inline constexpr std::size_t witness_request_octets_max = 128 * 1024;

struct witness_request {
  std::uint64_t old_size = 0;
  proof_hashes proof;
  note source;
  checkpoint body;

  bool operator==(const witness_request&) const = default;
};

// Any failure here is answered with 400.
result<witness_request> parse_witness_request(bytes_view data);
std::string witness_request_text(std::uint64_t old_size, const proof_hashes& proof,
                                 std::string_view signed_note);

// The latest checkpoint that this witness cosigned for an origin.
struct witnessed_tree {
  std::uint64_t size = 0;
  digest root;

  bool operator==(const witnessed_tree&) const = default;
};

struct witness_identity {
  vkey key; // type 04
  sign_function sign;
  verify_function verify = {};
};

struct witness_decision {
  int status = 500;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  // Set with status 200 only.
  std::optional<witnessed_tree> store;
  std::string published; // the checkpoint with the log's lines and ours, for the monitoring path
  // Signed by the log and yet refused: worth keeping as evidence.
  bool is_evidence = false;
};

// `trusted`: the log keys (type 01) of all origins this witness serves; a key's name is its origin.
// `time`: POSIX seconds, below 2^63.
witness_decision decide(const witness_request& request,
                        const std::optional<witnessed_tree>& remembered,
                        std::span<const vkey> trusted, const witness_identity& self,
                        std::uint64_t time);

// Where a witness shows what it cosigned last, below its monitoring prefix.
std::string monitoring_path(std::string_view origin);

// The client's side: out of a 200 answer, the lines of witnesses that it knows, each verified over
// its own checkpoint text. A known witness whose line is wrong spoils the whole answer.
result<std::vector<note_signature>> take_cosignatures(std::string_view answer,
                                                      std::string_view text,
                                                      std::span<const vkey> witnesses,
                                                      const verify_function& verify = {});

// Parses, looks the origin up and decides.
using remembered_lookup = std::function<std::optional<witnessed_tree>(std::string_view origin)>;
witness_decision answer_add_checkpoint(bytes_view data, const remembered_lookup& remembered,
                                       std::span<const vkey> trusted, const witness_identity& self,
                                       std::uint64_t time);

} // namespace ppn::log
