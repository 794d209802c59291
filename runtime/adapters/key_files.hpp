// The node's keys: drawn at its first start and kept in a folder of their own ever after. A key is
// never overwritten, and a folder or file that others could read is refused, because a key that was
// readable once is not a secret any more. Secrets go from the file to guarded memory without a
// stop.
#pragma once

#include "messages/base/error.hpp"
#include "messages/base/ids.hpp"
#include "runtime/crypto/keys.hpp"
#include "runtime/crypto/secret.hpp"
#include "runtime/ports/entropy.hpp"

#include <string>

namespace ppn {

struct node_keys {
  crypto::secret identity_seed; // of the Ed25519 key that the node is known by
  crypto::secret log_seed;      // of the one that signs checkpoints
  crypto::secret witness_seed;  // of the one that cosigns those of others
  bool created = false;         // just now: this is the node's first start

  crypto::signing_key identity() const {
    return crypto::signing_key::from_seed(identity_seed.view());
  }
  crypto::signing_key log() const { return crypto::signing_key::from_seed(log_seed.view()); }
  crypto::signing_key witness() const {
    return crypto::signing_key::from_seed(witness_seed.view());
  }
};

// `identity.key`, `log.key` and `witness.key` in `folder` hold 32 octets of seed each, mode 0600 in a
// folder of mode 0700; the folder and missing files are made. ec::permission when others may read
// them, ec::integrity when a file is not a seed, ec::in_use while another process is at the same.
result<node_keys> load_or_create(const std::string& folder, entropy& random);

} // namespace ppn
