// JSON through nlohmann's event parser, fed by an iterator that counts lines: its own tree would
// not say where a value stands.
#include "runtime/config/config_text.hpp"
#include "runtime/guest/document.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ppn {

namespace {

using nlohmann::json;

struct place {
  std::uint32_t line = 1;
  std::uint32_t column = 0;
};

class counting_iterator {
public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  counting_iterator(const char* at, place* counted) : at_(at), counted_(counted) {}
  reference operator*() const { return *at_; }
  counting_iterator& operator++() {
    if (*at_ == '\n') {
      ++counted_->line;
      counted_->column = 0;
    } else {
      ++counted_->column;
    }
    ++at_;
    return *this;
  }
  bool operator==(const counting_iterator& other) const { return at_ == other.at_; }
  bool operator!=(const counting_iterator& other) const { return at_ != other.at_; }

private:
  const char* at_;
  place* counted_;
};

class tree_builder : public nlohmann::json_sax<json> {
public:
  tree_builder(std::string_view file, const place& now) : file_(file), now_(now) {}

  bool null() override { return refuse("null is not used here, leave the key out"); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(std::int64_t{value}); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(INT64_MAX)) return refuse("the number is too large");
    return add(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t, const string_t&) override {
    return refuse("fractions are not used here");
  }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return refuse("this is no JSON"); }
  bool start_object(std::size_t) override { return open(document_table{}); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(document_list{}); }
  bool end_array() override { return close(); }
  bool key(string_t& value) override {
    auto& table = std::get<document_table>(open_.back()->is);
    if (table.count(value) > 0)
      return refuse(fmt::format("key '{}' is given twice", printable(value)));
    key_ = std::move(value);
    return true;
  }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& what) override {
    std::string_view text = what.what();
    std::size_t from = text.find(": ");
    if (from != std::string_view::npos) text.remove_prefix(from + 2);
    return refuse("this is no JSON: " + printable(text, 160));
  }

  document_value root;
  std::optional<error> problem;

private:
  document_value here() const {
    return {now_.line, std::max<std::uint32_t>(1, now_.column), false};
  }
  bool refuse(std::string text) {
    if (!problem) problem = document_error(file_, here(), text);
    return false;
  }
  document_value* slot() {
    if (open_.empty()) return &root;
    if (auto* list = std::get_if<document_list>(&open_.back()->is)) return &list->emplace_back();
    return &std::get<document_table>(open_.back()->is)[key_];
  }
  template <class Value>
  bool add(Value value) {
    if (++values_ > document_limits::json_values) return refuse("too many values");
    document_value* to = slot();
    *to = here();
    to->is = std::move(value);
    return true;
  }
  template <class Value>
  bool open(Value empty) {
    if (open_.size() == document_limits::json_depth) return refuse("nested too deeply");
    if (++values_ > document_limits::json_values) return refuse("too many values");
    document_value* to = slot();
    *to = here();
    to->is = std::move(empty);
    open_.push_back(to); // its siblings are added only after it is closed
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view file_;
  const place& now_;
  std::vector<document_value*> open_;
  std::string key_;
  std::size_t values_ = 0;
};

} // namespace

result<document_value> read_json_document(std::string_view text, std::string_view file) {
  if (text.size() > document_limits::json_octets)
    return fail(ec::too_large, fmt::format("{}: larger than {} MiB", printable(file, file.size()),
                                           document_limits::json_octets / 1024 / 1024));
  place now;
  tree_builder builder(file, now);
  counting_iterator first(text.data(), &now);
  counting_iterator last(text.data() + text.size(), &now);
  bool parsed = json::sax_parse(first, last, &builder);
  if (builder.problem) return fail(*builder.problem);
  if (!parsed) return fail(document_error(file, {now.line, 1, false}, "this is no JSON"));
  return std::move(builder.root);
}

} // namespace ppn
