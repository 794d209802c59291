// A passphrase of the operator: of the environment, for programs, or typed at the terminal without echo.
#pragma once

#include "messages/base/error.hpp"
#include "runtime/crypto/secret.hpp"

#include <string>

namespace ppn {

// $PPN_PASSPHRASE, or typed; ec::invalid when there is neither that nor a terminal.
result<crypto::secret> known_passphrase();

// Likewise, typed twice; ec::invalid when the two differ.
result<crypto::secret> new_passphrase();

// The first line of a file that nobody else may read, without its end; ec::permission otherwise.
result<crypto::secret> passphrase_of_file(const std::string& path);

} // namespace ppn
