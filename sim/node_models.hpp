// The small ports of one simulated node: its machine, its guests, its process and what it tells.
#pragma once

#include "runtime/ports/ports.hpp"
#include "sim/random.hpp"

#include <algorithm>

namespace ppn::sim {

class model_host final : public host {
public:
  explicit model_host(random_source random) : random_(random) { boot_again(); }

  result<host_sample> sample() override {
    host_sample out;
    out.ram_total = total_;
    // Programs come and go: free memory wanders by up to 64 MiB at a time, seldom by half of it all.
    std::uint64_t step = random_.below(200) == 0 ? total_ / 2 : 64 * mebi;
    available_ = std::clamp(available_ + random_.below(2 * step), total_ / 8 + step, total_) - step;
    out.ram_available = available_;
    out.cpus = 4;
    out.cpu_load_permille = static_cast<std::uint32_t>(random_.below(1001));
    out.kvm = true;
    return out;
  }
  boot_id boot() override { return boot_; }

  void boot_again() {
    for (std::size_t i = 0; i < 16; i += 8) store_le64(boot_.octets.data() + i, random_.next());
  }

private:
  static constexpr std::uint64_t mebi = 1024 * 1024;
  random_source random_;
  std::uint64_t total_ = 8192 * mebi;
  std::uint64_t available_ = total_ / 2;
  boot_id boot_;
};

class no_guests final : public hypervisor {
public:
  result<std::vector<guest_fact>> guests() override { return std::vector<guest_fact>{}; }
};

class no_process final : public process {
public:
  result<reload_reply> reload() override { return reload_reply{}; }
};

} // namespace ppn::sim
