// `ppn status --json`: one object with a versioned schema, for scripts and for tests. Fields are
// only ever added under "ppn.status/1"; nothing in it depends on a terminal, a locale or a time
// zone.
#pragma once

#include "messages/base/error.hpp"
#include "messages/control.hpp"

#include <string>

namespace ppn {

enum class json_layout : std::uint8_t { indented, one_line };

// Without a line feed at the end; ASCII only.
std::string status_json(const status_reply& reply, json_layout layout);

// What a watching script gets while the daemon is away: {"schema": ..., "error": {"code", "text"}}.
std::string status_error_json(const error& what, json_layout layout);

} // namespace ppn
