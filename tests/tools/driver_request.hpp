// The fields of a driver's JSON requests.
#pragma once

#include "messages/base/error.hpp"
#include "storage/log/base64.hpp"

#include <nlohmann/json.hpp>

namespace ppn::driver {

using nlohmann::json;
using answer = result<json>;

// Collects the fields of a request; the first bad one is the answer.
class reader {
public:
  explicit reader(const json& request) : request_(request) {}

  bool has(const char* name) const { return find(name) != nullptr; }
  std::string text(const char* name) {
    const json* value = find(name);
    if (value && value->is_string()) return value->get<std::string>();
    return wrong<std::string>(name, "a string");
  }
  std::uint64_t number(const char* name) {
    const json* value = find(name);
    if (value && value->is_number_unsigned()) return value->get<std::uint64_t>();
    return wrong<std::uint64_t>(name, "a whole number from 0 to 2^64 - 1");
  }
  bytes data(const char* name) { return unbase64(name, text(name)); }
  bytes hex(const char* name) { return unhex(name, text(name)); }
  std::vector<bytes> data_list(const char* name) {
    std::vector<bytes> values;
    for (const std::string& value : text_list(name))
      values.push_back(unbase64(name, value));
    return values;
  }
  std::vector<bytes> hex_list(const char* name) {
    std::vector<bytes> values;
    for (const std::string& value : text_list(name))
      values.push_back(unhex(name, value));
    return values;
  }
  std::vector<std::string> text_list(const char* name) {
    const json* list = find(name);
    std::vector<std::string> values;
    if (!list || !list->is_array()) return wrong<std::vector<std::string>>(name, "a list");
    for (const json& value : *list) {
      if (!value.is_string()) return wrong<std::vector<std::string>>(name, "a list of strings");
      values.push_back(value.get<std::string>());
    }
    return values;
  }
  const std::optional<error>& failed() const { return error_; }

private:
  const json* find(const char* name) const {
    auto field = request_.find(name);
    return field == request_.end() ? nullptr : &*field;
  }
  bytes unhex(const char* name, std::string_view text) {
    auto value = from_hex(text);
    return value ? *value : wrong<bytes>(name, "hex");
  }
  bytes unbase64(const char* name, std::string_view text) {
    auto value = log::from_base64(text);
    return value ? *value : wrong<bytes>(name, "canonical base64");
  }
  template <class T>
  T wrong(const char* name, const char* expected) {
    if (!error_) error_ = error{ec::invalid, std::string(name) + " is not " + expected};
    return {};
  }

  const json& request_;
  std::optional<error> error_;
};

} // namespace ppn::driver
