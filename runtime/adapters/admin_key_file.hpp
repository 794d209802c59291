// The file of an administrator's key (Ed25519), mode 0600, never overwritten. With a passphrase the key
// is sealed under a key that Argon2id makes of it, so that a stolen file has to be guessed at slowly.
//
// The durable format, never to change: four lines of ASCII, each with a line feed,
//   ppn-admin-key 1
//   public HEX(32)
//   unprotected       or  argon2id OPERATIONS KIBIBYTES HEX(16, salt)
//   seed HEX(32)      or  sealed HEX(24, nonce) HEX(48, XSalsa20-Poly1305 of the seed, tag first)
// The public key is in the clear: whoever names an administrator needs no passphrase.
#pragma once

#include "messages/base/error.hpp"
#include "runtime/crypto/keys.hpp"
#include "runtime/ports/entropy.hpp"

#include <functional>
#include <string>

namespace ppn {

// Asked only when the key is protected.
using passphrase_source = std::function<result<crypto::secret>()>;

// Draws a key and makes its file; without a passphrase it is unprotected. ec::exists rather than
// overwriting anything.
result<crypto::public_key> create_admin_key(const std::string& path,
                                            const crypto::secret* passphrase, entropy& random);

// Likewise of a seed that is there already: of a recovery sheet, or one that is to be printed as such.
result<crypto::public_key> store_admin_key(const std::string& path, const crypto::secret& seed,
                                           const crypto::secret* passphrase, entropy& random);

// The public key alone: it is in the clear.
result<crypto::public_key> public_admin_key(const std::string& path);

// ec::unauthentic when the passphrase is wrong, ec::permission when others may read or change the file,
// ec::integrity when it is damaged.
result<crypto::signing_key> load_admin_key(const std::string& path, const passphrase_source& ask);

} // namespace ppn
