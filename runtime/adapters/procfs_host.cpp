#include "runtime/adapters/procfs_host.hpp"

#include "messages/base/limits.hpp"
#include "runtime/adapters/posix_files.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace ppn {

namespace {

// The part of /proc/stat that matters is its beginning; 4,096 processors need less than half of
// this.
constexpr std::size_t file_octets_max = 512 * 1024;
constexpr std::uint64_t kibibyte = 1024;
constexpr std::uint64_t number_max = ~std::uint64_t{0};
constexpr std::size_t cpu_columns = 8; // user nice system idle iowait irq softirq steal
constexpr std::size_t idle_column = 3;
constexpr std::size_t iowait_column = 4;

// The whole lines among the first file_octets_max octets.
result<std::string> read_lines(const std::string& path) {
  unique_fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return fail(errno_error("cannot open " + path));
  std::string text(file_octets_max, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(errno_error("cannot read " + path));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  text.resize(text.rfind('\n') + 1); // npos + 1 is 0: no line at all
  return text;
}

std::string_view take_line(std::string_view& text) {
  std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

std::optional<std::uint64_t> take_number(std::string_view& line) {
  std::string_view word = take_word(line);
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

// "MemTotal:       16384 kB"
result<std::uint64_t> memory_field(std::string_view text, std::string_view field) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (take_word(line) != field) continue;
    std::optional<std::uint64_t> value = take_number(line);
    if (!value || take_word(line) != "kB" || *value > number_max / kibibyte) break;
    return *value * kibibyte;
  }
  return fail(ec::malformed, "meminfo says nothing usable about " + std::string(field));
}

// The version never moved since 2007; another one is another interface.
bool probe_kvm(const std::string& device) {
  unique_fd file(open(device.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  return file && ioctl(file.get(), KVM_GET_API_VERSION, 0) == KVM_API_VERSION;
}

result<disk_pool> measure(const pool_folder& pool) {
  struct statvfs facts {};
  if (statvfs(pool.path.c_str(), &facts) != 0)
    return fail(errno_error("disk pool " + pool.name + " at " + pool.path));
  std::uint64_t unit = facts.f_frsize;
  if (unit == 0 || facts.f_blocks > number_max / unit || facts.f_bavail > facts.f_blocks)
    return fail(ec::malformed, "disk pool " + pool.name + " at " + pool.path + " reports nonsense");
  return disk_pool{pool.name, facts.f_blocks * unit, facts.f_bavail * unit, 0};
}

bool is_processor(std::string_view word) {
  constexpr std::string_view digits = "0123456789";
  return word.size() > 3 && word.starts_with("cpu") &&
         word.find_first_not_of(digits, 3) == word.npos;
}

} // namespace

result<std::unique_ptr<procfs_host>> procfs_host::open(procfs_options options) {
  if (options.pools.size() > limits::disk_pools)
    return fail(ec::too_large, std::to_string(options.pools.size()) + " disk pools");
  const std::string path = options.proc + "/sys/kernel/random/boot_id";
  result<std::string> text = read_lines(path);
  if (!text) return fail(text.error());
  std::string_view rest = *text;
  std::string line{take_line(rest)};
  std::erase(line, '-');
  std::optional<boot_id> boot = boot_id::from_hex_text(line);
  if (!boot || boot->is_zero() || !rest.empty())
    return fail(ec::malformed, path + " is no boot id");
  return std::unique_ptr<procfs_host>(new procfs_host(std::move(options), *boot));
}

result<host_sample> procfs_host::sample() {
  host_sample taken;
  if (status part = sample_memory(taken); !part) return fail(part.error());
  if (status part = sample_pools(taken); !part) return fail(part.error());
  // Last: only a sample that succeeds starts a new interval of the load.
  if (status part = sample_cpus(taken); !part) return fail(part.error());
  taken.kvm = probe_kvm(options_.kvm);
  return taken;
}

status procfs_host::sample_memory(host_sample& into) const {
  result<std::string> text = read_lines(options_.proc + "/meminfo");
  if (!text) return fail(text.error());
  result<std::uint64_t> total = memory_field(*text, "MemTotal:");
  if (!total) return fail(total.error());
  result<std::uint64_t> available = memory_field(*text, "MemAvailable:");
  if (!available) return fail(available.error());
  if (*total == 0 || *available > *total) return fail(ec::malformed, "meminfo contradicts itself");
  into.ram_total = *total;
  into.ram_available = *available;
  return {};
}

status procfs_host::sample_cpus(host_sample& into) {
  result<std::string> text = read_lines(options_.proc + "/stat");
  if (!text) return fail(text.error());
  std::string_view rest = *text;
  std::string_view all = take_line(rest);
  if (take_word(all) != "cpu")
    return fail(ec::malformed, "stat does not begin with the processors");
  cpu_times now;
  for (std::size_t column = 0; column < cpu_columns; ++column) {
    std::optional<std::uint64_t> ticks = take_number(all);
    // Far below what would overflow a sum of eight, far above what a machine can live through.
    if (!ticks || *ticks > number_max / 10'000) return fail(ec::malformed, "stat counts no ticks");
    (column == idle_column || column == iowait_column ? now.idle : now.busy) += *ticks;
  }
  while (!rest.empty()) {
    std::string_view line = take_line(rest);
    if (is_processor(take_word(line))) ++into.cpus;
  }
  if (into.cpus == 0) return fail(ec::malformed, "stat lists no processor");
  // The kernel's counters may step back a little.
  std::uint64_t busy = now.busy - std::min(before_.busy, now.busy);
  std::uint64_t idle = now.idle - std::min(before_.idle, now.idle);
  into.cpu_load_permille = busy == 0 ? 0 : static_cast<std::uint32_t>(busy * 1000 / (busy + idle));
  before_ = now;
  return {};
}

status procfs_host::sample_pools(host_sample& into) const {
  for (const pool_folder& pool : options_.pools) {
    result<disk_pool> measured = measure(pool);
    if (!measured) return fail(measured.error());
    into.pools.push_back(*std::move(measured));
  }
  return {};
}

} // namespace ppn
