// Answers questions about ledgers with the product's own functions: one JSON request a line on
// standard input, one JSON answer a line on standard output. Octets are base64, hashes hex, keys
// vkey texts.
//
//   {"op":"leaf","data"}                                                 {"hash"}
//   {"op":"inclusion","index","size","leaf_hash","proof":[],"root"}      {"valid"}
//   {"op":"consistency","size1","size2","root1","root2","proof":[]}      {"valid"}
//   {"op":"note","note","vkeys":[]}                      {"verdict":"accept","size","root"} or
//                                                        {"verdict":"reject","reason"}
//   {"op":"bundle","data"}                                               {"entries"}
//   {"op":"tile_path","path"}                                            {"valid"}
//   {"op":"tiles","size"}                                                {"tiles":[]}
//   {"op":"witness_new","log_vkey","witness_seed_hex","witness_name"}    {"witness_vkey"}
//   {"op":"witness","body","time"}                                       {"status","body"}
//
// A log of its own, on a disk; the next log_new takes the place of the one before.
//
//   {"op":"log_new","dir","origin","seed_hex"}       {"vkey"}; the folder must be missing or empty
//   {"op":"append","count","prefix"}                 {"first","size"}; each entry is the prefix and
//   its index
//   {"op":"append","entries":[]}                     {"first","size"}
//   {"op":"checkpoint"}                              {"note"}
//   {"op":"prove","index"}                           {"proof":[],"size","root"}
//   {"op":"prove_consistency","size1","size2"}       {"proof":[],"size","root"}; of size2
//   {"op":"proof_file","index"}                      {"proof"}
//   {"op":"write_tiles","dir"[,"cosigned"]}          {"files","written"}; the note "cosigned" goes
//   with them
//   {"op":"reopen"}                                  {"size"}, after every check that there is
//
// What it cannot do it answers with {"error"}.
#include "storage/log/tile.hpp"
#include "storage/log/witness.hpp"
#include "tests/tools/driver_log.hpp"

#include <iostream>
#include <map>

namespace {

using namespace ppn;
using namespace ppn::log;
using driver::answer;
using driver::json;
using driver::reader;

// A hash of another length is a fact about the proof, not about the request: nothing verifies.
std::optional<std::vector<digest>> digests(const std::vector<bytes>& values) {
  std::vector<digest> hashes;
  for (const bytes& value : values) {
    auto hash = digest::from(value);
    if (!hash) return std::nullopt;
    hashes.push_back(*hash);
  }
  return hashes;
}

answer leaf(const json& request) {
  reader in(request);
  const bytes data = in.data("data");
  if (in.failed()) return fail(*in.failed());
  return json{{"hash", leaf_hash(data).hex()}};
}

answer inclusion(const json& request) {
  reader in(request);
  const std::uint64_t index = in.number("index");
  const std::uint64_t size = in.number("size");
  auto ends = digests({in.hex("leaf_hash"), in.hex("root")});
  auto proof = digests(in.hex_list("proof"));
  if (in.failed()) return fail(*in.failed());
  return json{
      {"valid", ends && proof && verify_inclusion(index, size, (*ends)[0], *proof, (*ends)[1])}};
}

answer consistency(const json& request) {
  reader in(request);
  const std::uint64_t old_size = in.number("size1");
  const std::uint64_t new_size = in.number("size2");
  auto roots = digests({in.hex("root1"), in.hex("root2")});
  auto proof = digests(in.hex_list("proof"));
  if (in.failed()) return fail(*in.failed());
  return json{
      {"valid",
       roots && proof && verify_consistency(old_size, new_size, *proof, (*roots)[0], (*roots)[1])}};
}

result<opened_checkpoint> open_with(bytes_view note, const std::vector<std::string>& vkeys) {
  trust_policy trust;
  for (const std::string& text : vkeys) {
    auto key = parse_vkey(text);
    if (!key) return tl::unexpected(key.error());
    (key->type == key_type::ed25519 ? trust.logs : trust.witnesses).push_back(std::move(*key));
  }
  return open_checkpoint(note, trust);
}

answer open_note(const json& request) {
  reader in(request);
  const bytes note = in.data("note");
  const std::vector<std::string> vkeys = in.text_list("vkeys");
  if (in.failed()) return fail(*in.failed());
  auto opened = open_with(note, vkeys);
  if (!opened) return json{{"verdict", "reject"}, {"reason", render(opened.error())}};
  return json{
      {"verdict", "accept"}, {"size", opened->body.size}, {"root", opened->body.root.hex()}};
}

answer bundle(const json& request) {
  reader in(request);
  const bytes data = in.data("data");
  if (in.failed()) return fail(*in.failed());
  auto entries = parse_entry_bundle(data);
  if (!entries) return fail(entries.error());
  return json{{"entries", entries->size()}};
}

answer check_tile_path(const json& request) {
  reader in(request);
  const std::string path = in.text("path");
  if (in.failed()) return fail(*in.failed());
  return json{{"valid", parse_tile_path(path).has_value()}};
}

answer tiles(const json& request) {
  reader in(request);
  const std::uint64_t size = in.number("size");
  if (in.failed()) return fail(*in.failed());
  auto addresses = tiles_for(size);
  if (!addresses) return fail(addresses.error());
  json paths = json::array();
  for (const tile_address& tile : *addresses)
    paths.push_back(tile_path(tile));
  return json{{"tiles", std::move(paths)}};
}

// The witness of this session, with what a real one keeps on disk.
struct test_witness {
  std::vector<vkey> trusted;
  witness_identity self;
  std::map<std::string, witnessed_tree, std::less<>> cosigned;

  std::optional<witnessed_tree> remembered(std::string_view origin) const {
    auto found = cosigned.find(origin);
    return found == cosigned.end() ? std::nullopt : std::optional(found->second);
  }
};
struct session {
  std::optional<test_witness> witness;
  driver::kept_log log;
};

answer witness_new(session& state, const json& request) {
  reader in(request);
  const std::string log_text = in.text("log_vkey");
  const std::string name = in.text("witness_name");
  const bytes seed = in.hex("witness_seed_hex");
  if (in.failed()) return fail(*in.failed());
  if (seed.size() != 32) return fail(ec::invalid, "witness_seed_hex has not 32 octets");
  auto log_key = parse_vkey(log_text);
  if (!log_key) return fail(log_key.error());
  auto secret = std::make_shared<crypto::signing_key>(crypto::signing_key::from_seed(seed));
  auto own_key = make_vkey(name, key_type::cosignature, secret->public_part());
  if (!own_key) return fail(own_key.error());
  auto sign = [secret](bytes_view message) { return secret->sign(message); };
  state.witness = test_witness{{*log_key}, {*own_key, sign}, {}};
  return json{{"witness_vkey", to_text(*own_key)}};
}

answer add_checkpoint(session& state, const json& request) {
  reader in(request);
  const bytes body = in.data("body");
  const std::uint64_t time = in.number("time");
  if (in.failed()) return fail(*in.failed());
  if (!state.witness) return fail(ec::not_found, "there is no witness yet: witness_new makes one");
  std::string asked;
  auto remembered = [&](std::string_view origin) {
    asked = origin;
    return state.witness->remembered(origin);
  };
  witness_decision decision =
      answer_add_checkpoint(body, remembered, state.witness->trusted, state.witness->self, time);
  if (decision.store) state.witness->cosigned[asked] = *decision.store;
  return json{{"status", decision.status}, {"body", to_base64(view_of(decision.body))}};
}

answer handle(session& state, const std::string& line) {
  const json request = json::parse(line, nullptr, false);
  if (!request.is_object()) return fail(ec::malformed, "the line is not a JSON object");
  reader in(request);
  const std::string op = in.text("op");
  if (in.failed()) return fail(*in.failed());
  if (op == "witness_new") return witness_new(state, request);
  if (op == "witness") return add_checkpoint(state, request);
  static const std::map<std::string, answer (*)(const json&)> pure{
      {"leaf", leaf},      {"inclusion", inclusion}, {"consistency", consistency},
      {"note", open_note}, {"bundle", bundle},       {"tile_path", check_tile_path},
      {"tiles", tiles}};
  if (auto found = pure.find(op); found != pure.end()) return found->second(request);
  using driver::kept_log;
  static const std::map<std::string, std::function<answer(kept_log&, const json&)>> of_log{
      {"log_new", &kept_log::make},
      {"append", &kept_log::append},
      {"checkpoint", &kept_log::checkpoint},
      {"prove", &kept_log::prove},
      {"prove_consistency", &kept_log::prove_consistency},
      {"proof_file", &kept_log::proof_file},
      {"write_tiles", &kept_log::write_tiles},
      {"reopen", &kept_log::reopen}};
  if (auto found = of_log.find(op); found != of_log.end()) return found->second(state.log, request);
  return fail(ec::unsupported, "this driver has no such op");
}

} // namespace

int main() {
  session state;
  for (std::string line; std::getline(std::cin, line);) {
    auto out = handle(state, line);
    const json reply = out ? *out : json{{"error", render(out.error())}};
    // Reasons may repeat octets of a request; what is not UTF-8 must not end the program.
    std::cout << reply.dump(-1, ' ', true, json::error_handler_t::replace) << std::endl;
  }
  return 0;
}
