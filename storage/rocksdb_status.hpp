// From RocksDB's status to what our caller can do about it. RocksDB keeps no errno, so that a held
// lock and missing rights are known by their text only; the contract suite notices if that text
// changes.
#pragma once

#include "messages/base/error.hpp"

#include <rocksdb/status.h>

namespace ppn {

// `what` says what was tried: "cannot open /var/lib/...".
error translate(const rocksdb::Status& status, const std::string& what);

} // namespace ppn
