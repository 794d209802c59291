// An error for programs: what every verb prints on stderr when --json is given and it fails.
#pragma once

#include <string>
#include <string_view>

namespace ppn {

// {"schema":"ppn.error/1","code","exit","what","where","do"} on one line, with its line feed; ASCII.
std::string error_json(std::string_view code, int exit, std::string_view what, std::string_view where);

// Takes "ppn: CODE: text\n" apart; a line of another form counts as ec::internal's.
std::string error_json_of_line(std::string_view line, int exit, std::string_view where);

} // namespace ppn
