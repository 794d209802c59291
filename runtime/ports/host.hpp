// Port: the machine under the node. A sample is quick and reads no configuration; what the node
// *offers* of it is decided above.
#pragma once

#include "messages/base/error.hpp"
#include "messages/fleet.hpp"

namespace ppn {

struct host_sample {
  std::uint64_t ram_total = 0;
  std::uint64_t ram_available = 0;
  std::uint32_t cpus = 0;
  std::uint32_t cpu_load_permille = 0; // of all CPUs together, since the sample before
  bool kvm = false;
  std::vector<disk_pool> pools; // total and free; what is committed is the node's own sum
};

class host {
public:
  virtual ~host() = default;
  virtual result<host_sample> sample() = 0;
  // Changes when the machine restarts and only then.
  virtual boot_id boot() = 0;
};

} // namespace ppn
