// One value of the configuration file against its rule. Knows no file and no TOML, so that each
// rule can be tried with a plain value; the error text is what follows "key 'NAME': ".
#pragma once

#include "runtime/config/config_reader.hpp"

namespace ppn {

using value_check = tl::expected<config_value, std::string>;

// The type is right already: an integer, a boolean, a text, or a list of texts. An amount may be
// either an integer or a text.
value_check check_value(const key_rule& rule, config_value given);

// What a key holds that the file does not mention.
config_value default_value(const key_rule& rule);

// "an integer": what the rule wants, for the error about a value of another type.
std::string_view wanted_type(key_type type);

} // namespace ppn
