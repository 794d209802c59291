// The machine as Linux describes it: memory, processors and boot id from /proc, disk pools by
// statvfs, KVM by asking /dev/kvm for its version. Whatever the files hold, a sample is a value or
// an error, never a guess.
#pragma once

#include "runtime/ports/host.hpp"

#include <memory>

namespace ppn {

struct pool_folder {
  std::string name;
  std::string path;
};

struct procfs_options {
  std::vector<pool_folder> pools;
  // Other places than the machine's own are for tests.
  std::string proc = "/proc";
  std::string kvm = "/dev/kvm";
};

class procfs_host final : public host {
public:
  // Reads the boot id, which cannot change while this process lives. ec::too_large for more than
  // limits::disk_pools pools.
  static result<std::unique_ptr<procfs_host>> open(procfs_options options);

  // The first sample's load is the average since the machine started.
  result<host_sample> sample() override;
  boot_id boot() override { return boot_; }

private:
  struct cpu_times {
    std::uint64_t busy = 0;
    std::uint64_t idle = 0;
  };

  procfs_host(procfs_options options, boot_id boot) : options_(std::move(options)), boot_(boot) {}
  status sample_memory(host_sample& into) const;
  status sample_cpus(host_sample& into);
  status sample_pools(host_sample& into) const;

  procfs_options options_;
  boot_id boot_;
  cpu_times before_;
};

} // namespace ppn
