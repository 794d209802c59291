// A TOML or JSON text as one kind of tree whose values know where they stand, and a reader that
// takes a table apart strictly: every key has a type and bounds, unknown keys are mistakes, and of
// several mistakes the first one in the text is told.
#pragma once

#include "messages/base/error.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ppn {

namespace document_limits {

inline constexpr std::size_t toml_octets = 1024 * 1024;
inline constexpr std::size_t json_octets = 64 * 1024 * 1024;
inline constexpr std::size_t json_values = 4'000'000;
inline constexpr std::size_t json_depth = 8;

} // namespace document_limits

struct document_value;
using document_list = std::vector<document_value>;
using document_table = std::map<std::string, document_value, std::less<>>;

struct document_value {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  // Nothing else may stand in a file: no fractions, no dates, no null.
  std::variant<bool, std::int64_t, std::string, document_list, document_table> is = false;
};

// `file` is for the errors: "FILE:LINE:COLUMN: text", ec::invalid; over a limit ec::too_large.
result<document_value> read_toml_document(std::string_view text, std::string_view file);
result<document_value> read_json_document(std::string_view text, std::string_view file);
error document_error(std::string_view file, const document_value& at, std::string_view text);

// "512MiB", "20 GB", "4G", "1.5 GiB": K, M, G, T and KiB... are powers of 1024, kB, MB... of 1000.
std::optional<std::uint64_t> octets_from(std::string_view text);

// The first mistake of a document, by its place.
class document_problems {
public:
  explicit document_problems(std::string_view file) : file_(file) {}
  void report(const document_value& at, std::string text);
  status first() const;
  const std::string& file() const { return file_; }

private:
  std::string file_;
  std::optional<document_value> at_;
  std::string text_;
};

class table_reader {
public:
  // `path` precedes the keys in errors: "guest" for "guest.ram".
  table_reader(const document_value& table, std::string path, document_problems& problems);

  bool has(std::string_view key) const;
  std::string text(std::string_view key, std::string fallback, std::size_t most);
  std::string name(std::string_view key, std::string fallback); // [a-z0-9-], 1 to 63, no outer '-'
  std::uint64_t number(std::string_view key, std::uint64_t fallback, std::uint64_t least,
                       std::uint64_t most);
  std::uint64_t octets(std::string_view key, std::uint64_t fallback, std::uint64_t least,
                       std::uint64_t most);
  bool flag(std::string_view key, bool fallback);
  std::vector<std::string> texts(std::string_view key, std::size_t count, std::size_t most);
  std::vector<std::string> labels(std::string_view key); // "key=value"
  // Tables of an array of tables, in order; empty when the key is missing.
  std::vector<const document_value*> tables(std::string_view key, std::size_t most);
  const document_value* table(std::string_view key);

  // A word of a closed set, by its function from a text.
  template <class From>
  auto word(std::string_view key, decltype(*std::declval<From>()(std::string_view{})) fallback,
            From from, std::string_view words) -> std::decay_t<decltype(fallback)> {
    std::string given = text(key, {}, 64);
    if (given.empty()) return fallback;
    if (auto value = from(std::string_view{given})) return *value;
    refuse(key, "'" + given + "' is not one of " + std::string{words});
    return fallback;
  }

  void require(std::string_view key);
  // At a key if it is there, otherwise at the table.
  void refuse(std::string_view key, std::string text);
  // Every key that nobody asked for is a mistake.
  void finish();
  const document_value& where(std::string_view key) const;

private:
  const document_value* take(std::string_view key);
  std::string full(std::string_view key) const;

  const document_value& at_;
  const document_table* table_;
  std::string path_;
  document_problems& problems_;
  std::vector<std::string> asked_;
};

} // namespace ppn
