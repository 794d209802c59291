#include "storage/ledger/secret_scan.hpp"

#include "runtime/crypto/crockford.hpp"
#include "storage/log/base64.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace ppn {

namespace {

constexpr std::size_t run_octets_min = 32;

// ASCII by hand: what is a letter must not depend on a locale.
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_letter(char c) {
  return is_upper(c) || is_lower(c);
}
bool is_word(char c) {
  return is_letter(c) || is_digit(c);
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_base64(char c) {
  return is_word(c) || c == '+' || c == '/' || c == '=';
}
bool is_code(char c) {
  return is_word(c) || c == '-' || c == '_';
}

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// Calls `found(run, offset)` for every longest run of characters of one sort, until it answers
// true.
template <class Sort, class Found>
bool any_run(std::string_view text, Sort is_part, Found found) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_part(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_part(text[end]))
      ++end;
    if (found(text.substr(at, end - at), at)) return true;
    at = end;
  }
  return false;
}

bool has_private_key_header(std::string_view text) {
  const std::string low = lower(text);
  return low.find("private key-----") != std::string::npos ||
         low.find("private key block-----") != std::string::npos ||
         low.find("age-secret-key-1") != std::string::npos ||
         low.find("putty-user-key-file") != std::string::npos;
}

// Four letters that say what kind of key it is, then sixteen capitals and digits.
bool has_access_key_id(std::string_view text) {
  static constexpr std::array<std::string_view, 7> prefixes{"AKIA", "ASIA", "AGPA", "AIDA",
                                                            "AROA", "ANPA", "ANVA"};
  return any_run(text, is_word, [](std::string_view run, std::size_t) {
    return run.size() == 20 &&
           std::find(prefixes.begin(), prefixes.end(), run.substr(0, 4)) != prefixes.end() &&
           std::all_of(run.begin(), run.end(), [](char c) { return is_upper(c) || is_digit(c); });
  });
}

// `name` followed by = or : and a value.
bool is_assigned(std::string_view low, std::size_t behind_name) {
  const auto skip_spaces = [&](std::size_t at) { return low.find_first_not_of(" \t\"'", at); };
  const std::size_t sign = skip_spaces(behind_name);
  if (sign == std::string_view::npos || (low[sign] != '=' && low[sign] != ':')) return false;
  return skip_spaces(sign + 1) != std::string_view::npos;
}

bool has_assignment(std::string_view text) {
  static constexpr std::array<std::string_view, 11> names{
      "password", "passwd", "passphrase", "passwort", "kennwort", "pwd",
      "token",    "secret", "api_key",    "api-key",  "apikey"};
  const std::string low = lower(text);
  for (std::string_view name : names)
    for (std::size_t at = low.find(name); at != std::string::npos; at = low.find(name, at + 1)) {
      // "db_password" is one, "keytoken" is some other word.
      const bool starts = at == 0 || !is_word(low[at - 1]);
      if (starts && is_assigned(low, at + name.size())) return true;
    }
  return false;
}

// Ticket numbers, spans of years and words with a hyphen have the shape of our codes too: a code
// has a group with both letters and digits, or it is in capitals as our screens show it.
bool is_plausible_code(std::string_view run) {
  const auto count = [&](std::size_t from, auto is_sort) {
    return std::count_if(run.begin() + from, run.begin() + from + 4, is_sort);
  };
  const auto is_mixed = [&](std::size_t from) {
    const auto digits = count(from, is_digit);
    return digits > 0 && digits < 4;
  };
  const bool capitals = count(0, is_upper) == 4 && count(5, is_upper) == 4;
  return capitals || is_mixed(0) || is_mixed(5);
}

bool has_joining_code(std::string_view text) {
  return any_run(text, is_code, [](std::string_view run, std::size_t) {
    return run.size() == 9 && run[4] == '-' && std::count(run.begin(), run.end(), '-') == 1 &&
           crypto::crockford::decode(run).has_value() && is_plausible_code(run);
  });
}

// 32 octets in base64, as WireGuard writes its keys.
bool has_key_in_base64(std::string_view text) {
  return any_run(text, is_base64, [](std::string_view run, std::size_t) {
    if (run.size() != log::base64_size(32) || run.back() != '=') return false;
    const auto octets = log::from_base64(run);
    return octets && octets->size() == 32;
  });
}

// Bits for each character, by how often each one is there.
double entropy_of(std::string_view run) {
  std::array<int, 256> counts{};
  for (char c : run)
    ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (int count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(run.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

int sort_of(char c) {
  return is_digit(c) ? 0 : is_upper(c) ? 1 : 2;
}

// Drawn characters change between capitals, letters and digits all the time; words and paths do
// not.
double share_of_changes(std::string_view run) {
  std::size_t changes = 0;
  for (std::size_t i = 1; i < run.size(); ++i)
    if (sort_of(run[i]) != sort_of(run[i - 1])) ++changes;
  return static_cast<double>(changes) / static_cast<double>(run.size());
}

bool is_named_digest(std::string_view text, std::string_view run, std::size_t at) {
  return run.size() == 64 && lower(text.substr(0, at)).ends_with("sha256:");
}

bool has_random_run(std::string_view text) {
  return any_run(text, is_base64, [&](std::string_view run, std::size_t at) {
    if (run.size() < run_octets_min || std::none_of(run.begin(), run.end(), is_digit) ||
        std::none_of(run.begin(), run.end(), is_letter))
      return false;
    if (std::all_of(run.begin(), run.end(), is_hex))
      return entropy_of(run) >= 3.0 && !is_named_digest(text, run, at);
    return entropy_of(run) >= 3.5 && share_of_changes(run) >= 0.25;
  });
}

} // namespace

std::optional<std::string> looks_like_secret(std::string_view text) {
  if (has_private_key_header(text)) return "it holds a private key";
  if (has_access_key_id(text)) return "it holds the id of a cloud access key";
  if (has_joining_code(text)) return "it holds what looks like a joining code (XXXX-XXXX)";
  if (has_key_in_base64(text)) return "it holds 32 octets in base64, as keys are written";
  if (has_assignment(text)) return "it gives a password, token or secret a value";
  if (has_random_run(text)) return "it holds a long run of characters that look drawn at random";
  return std::nullopt;
}

} // namespace ppn
