#include "storage/memory_views.hpp"

#include "runtime/ports/view_rules.hpp"

namespace ppn {

namespace {

error disk_full() { return {ec::no_space, "the memory disk is full"}; }

} // namespace

status memory_views::begin(std::string_view name) const {
  if (status checked = check_view_name(name); !checked) return checked;
  if (disk_.failing_ == 0) return {};
  --disk_.failing_;
  return fail(ec::io_failed, "the memory disk failed");
}

std::string* memory_views::find(std::string_view name) const {
  auto at = disk_.files.find(name);
  return at == disk_.files.end() ? nullptr : &at->second;
}

status memory_views::write(std::string_view name, std::string_view text) {
  if (status begun = begin(name); !begun) return begun;
  if (const std::string* there = find(name); there != nullptr && *there == text) return {};
  if (disk_.full_) return fail(disk_full());
  disk_.files[std::string(name)] = text;
  ++disk_.writes;
  return {};
}

result<std::uint64_t> memory_views::open_lines(std::string_view name) {
  if (status begun = begin(name); !begun) return fail(begun.error());
  std::string* there = find(name);
  if (there == nullptr) return 0;
  auto last = there->rfind('\n');
  there->resize(last == std::string::npos ? 0 : last + 1);
  return there->size();
}

result<std::string> memory_views::read(std::string_view name, std::uint64_t from,
                                       std::size_t most) const {
  if (status begun = begin(name); !begun) return fail(begun.error());
  const std::string* there = find(name);
  if (there == nullptr || from >= there->size()) return std::string{};
  return there->substr(from, most);
}

status memory_views::append(std::string_view name, std::uint64_t from, std::string_view text) {
  if (status begun = begin(name); !begun) return begun;
  std::string& file = disk_.files[std::string(name)];
  if (file.size() != from) return fail(ec::stale, "the view has another length");
  file += text.substr(0, disk_.full_ ? text.size() / 2 : text.size());
  return disk_.full_ ? fail(disk_full()) : status{};
}

status memory_views::set_aside(std::string_view name) {
  if (status begun = begin(name); !begun) return begun;
  auto at = disk_.files.find(name);
  if (at == disk_.files.end()) return {};
  for (int number = 1; number <= set_aside_max; ++number) {
    auto [aside, added] = disk_.files.emplace(view_aside_name(name, number), at->second);
    if (!added) continue;
    disk_.files.erase(at);
    return {};
  }
  return fail(ec::exists, "all names for what is set aside are taken");
}

} // namespace ppn
