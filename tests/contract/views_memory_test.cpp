// The views in memory: the contract.
#include "storage/memory_views.hpp"

#include "tests/contract/views_contract.hpp"

namespace {

class memory_place final : public contract::views_place {
public:
  std::unique_ptr<ppn::published_views> open() override {
    return std::make_unique<ppn::memory_views>(disk);
  }
  void put(const std::string& name, const std::string& content) override { disk.files[name] = content; }
  std::string content(const std::string& name) const override { return disk.files.at(name); }
  bool exists(const std::string& name) const override { return disk.files.count(name) > 0; }

private:
  ppn::memory_view_disk disk;
};

const contract::suite memory("views_memory", contract::views_cases([] {
                               return std::make_unique<memory_place>();
                             }));

} // namespace
