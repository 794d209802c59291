// `ppn admin keygen`: the key of an administrator, whose signature a fleet's authority entries carry. It
// is made once and never overwritten; a passphrase protects it unless the fleet is thrown away anyway.
#pragma once

#include "messages/base/error.hpp"
#include "messages/base/ids.hpp"
#include "runtime/crypto/secret.hpp"

#include <functional>
#include <string>

namespace ppn {

struct admin_keygen_options {
  std::string file;
  bool no_passphrase = false;
  bool sheet = false; // the caller prints the recovery sheet
  bool json = false;
};

// What the program that calls brings along (runtime/adapters/passphrase.hpp and admin_key_file.hpp have it).
struct admin_keygen_world {
  // What a new key is protected with: from the environment, or typed twice.
  std::function<result<crypto::secret>()> new_passphrase;
  // Makes the file; null: unprotected. The public key.
  std::function<result<node_id>(const std::string& file, const crypto::secret* passphrase)> create;
};

struct admin_keygen_answer {
  int exit = 0;
  std::string output;  // for stdout, with its line feed
  std::string problem; // for stderr, likewise
};

admin_keygen_answer make_admin_key(const admin_keygen_options& given, const admin_keygen_world& world);

} // namespace ppn
