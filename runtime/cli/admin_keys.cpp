#include "runtime/cli/admin_keys.hpp"

#include "runtime/cli/text_table.hpp"
#include "runtime/crypto/key_words.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace ppn {

namespace {

using json = nlohmann::ordered_json;

constexpr const char* schema = "ppn.admin-keygen/1";

admin_keygen_answer failed(const error& what) {
  return {exit_code(what.code), {}, "ppn: " + text::plain(render(what)) + '\n'};
}

std::string made_json(const admin_keygen_options& given, const node_id& key) {
  json document{{"schema", schema},
                {"file", given.file},
                {"public", key.hex()},
                {"fingerprint", crypto::fingerprint(key)},
                {"protected", !given.no_passphrase}};
  return document.dump(2, ' ', true, json::error_handler_t::replace) + '\n';
}

} // namespace

admin_keygen_answer make_admin_key(const admin_keygen_options& given,
                                   const admin_keygen_world& world) {
  crypto::secret passphrase;
  if (!given.no_passphrase) {
    auto chosen = world.new_passphrase();
    if (!chosen) return failed(chosen.error());
    passphrase = std::move(*chosen);
  }
  auto key = world.create(given.file, given.no_passphrase ? nullptr : &passphrase);
  if (!key) return failed(key.error());
  admin_keygen_answer answer;
  answer.output = given.json ? made_json(given, *key) : key->hex() + '\n';
  if (given.no_passphrase)
    answer.problem = "ppn: " + text::plain(given.file) +
                     " is not protected: whoever reads it administers its fleets\n";
  return answer;
}

} // namespace ppn
