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
// What it cannot do it answers with {"error"}.
#include "storage/log/base64.hpp"
#include "storage/log/tile.hpp"
#include "storage/log/witness.hpp"

#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

namespace {

using namespace ppn;
using namespace ppn::log;
using nlohmann::json;
using answer = result<json>;

// Collects the fields of a request; the first bad one is the answer.
class reader {
public:
  explicit reader(const json& request) : request_(request) {}

  std::string text(const char* name) {
    const json* value = find(name);
    if (value && value->is_string()) return value->get<std::string>();
    return wrong<std::string>(name, "a string");
  }
  std::uint64_t number(const char* name) {
    const json* value = find(name);
    if (value && value->is_number_unsigned()) return value->get<std::uint64_t>();
    return wrong<std::uint64_t>(name, "a whole number from 0 to 2^64 - 1");
  }
  bytes data(const char* name) {
    auto value = from_base64(text(name));
    return value ? *value : wrong<bytes>(name, "canonical base64");
  }
  bytes hex(const char* name) { return unhex(name, text(name)); }
  std::vector<bytes> hex_list(const char* name) {
    std::vector<bytes> values;
    for (const std::string& value : text_list(name))
      values.push_back(unhex(name, value));
    return values;
  }
  std::vector<std::string> text_list(const char* name) {
    const json* list = find(name);
    std::vector<std::string> values;
    if (!list || !list->is_array()) return wrong<std::vector<std::string>>(name, "a list");
    for (const json& value : *list) {
      if (!value.is_string()) return wrong<std::vector<std::string>>(name, "a list of strings");
      values.push_back(value.get<std::string>());
    }
    return values;
  }
  const std::optional<error>& failed() const { return error_; }

private:
  const json* find(const char* name) const {
    auto field = request_.find(name);
    return field == request_.end() ? nullptr : &*field;
  }
  bytes unhex(const char* name, std::string_view text) {
    auto value = from_hex(text);
    return value ? *value : wrong<bytes>(name, "hex");
  }
  template <class T>
  T wrong(const char* name, const char* expected) {
    if (!error_) error_ = error{ec::invalid, std::string(name) + " is not " + expected};
    return {};
  }

  const json& request_;
  std::optional<error> error_;
};

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
using session = std::optional<test_witness>;

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
  state = test_witness{{*log_key}, {*own_key, sign}, {}};
  return json{{"witness_vkey", to_text(*own_key)}};
}

answer add_checkpoint(session& state, const json& request) {
  reader in(request);
  const bytes body = in.data("body");
  const std::uint64_t time = in.number("time");
  if (in.failed()) return fail(*in.failed());
  if (!state) return fail(ec::not_found, "there is no witness yet: witness_new makes one");
  std::string asked;
  auto remembered = [&](std::string_view origin) {
    asked = origin;
    return state->remembered(origin);
  };
  witness_decision decision =
      answer_add_checkpoint(body, remembered, state->trusted, state->self, time);
  if (decision.store) state->cosigned[asked] = *decision.store;
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
  auto found = pure.find(op);
  if (found == pure.end()) return fail(ec::unsupported, "this driver has no such op");
  return found->second(request);
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
