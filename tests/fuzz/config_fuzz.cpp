// Arbitrary octets as a configuration file: either a configuration that keeps its promises, or
// exactly one line of printable text.
#include "messages/base/assert.hpp"
#include "runtime/config/config.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto config = ppn::parse_configuration(text, "fuzz.toml");
  if (!config) {
    const std::string& line = config.error().text;
    PPN_ASSERT(config.error().code == ppn::ec::invalid);
    PPN_ASSERT(line.starts_with("fuzz.toml:"));
    PPN_ASSERT(std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c < 0x7f; }));
    PPN_ASSERT(line.size() < 512);
    return 0;
  }
  const auto& members = config->members.members;
  PPN_ASSERT(std::is_sorted(members.begin(), members.end(),
                            [](const auto& a, const auto& b) { return a.id < b.id; }));
  PPN_ASSERT(config->members.find(config->members.controller) != nullptr);
  PPN_ASSERT(config->self().address == config->node.address);
  PPN_ASSERT(!config->node.control.empty());
  PPN_ASSERT(ppn::compare(*config, *config) == ppn::configuration_difference{});
  return 0;
}
