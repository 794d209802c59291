// What a run counted, by name, in the order in which it is reported. "faults.crashes" is shown as
// `crashes` in the group `faults`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ppn::sim {

class counters {
public:
  void add(std::string_view name, std::uint64_t value) {
    for (auto& [known, total] : values_)
      if (known == name) {
        total += value;
        return;
      }
    values_.emplace_back(name, value);
  }
  void add(const counters& other) {
    for (const auto& [name, value] : other.values_) add(name, value);
  }
  std::uint64_t of(std::string_view name) const {
    for (const auto& [known, total] : values_)
      if (known == name) return total;
    return 0;
  }
  const std::vector<std::pair<std::string, std::uint64_t>>& all() const { return values_; }

private:
  std::vector<std::pair<std::string, std::uint64_t>> values_;
};

} // namespace ppn::sim
