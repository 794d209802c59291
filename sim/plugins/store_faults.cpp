// Ledgers whose next append finds the disk full, failing, or failing while it syncs.
#include "sim/plugins/makers.hpp"

namespace ppn::sim {

namespace {

class store_faults final : public plugin {
public:
  store_faults(stage& on, random_source random) : plugin(on), random_(random) {}

  std::vector<verb_help> verbs() const override {
    return {{"fail-append", "NODE fleet|own full|write|sync"}};
  }
  status check(const act& what) const override {
    word_reader words(what, stage_.names());
    (void)words.node();
    (void)words.any({"fleet", "own"});
    (void)words.any({"full", "write", "sync"});
    return words.done();
  }

  void perform(const act& what) override {
    word_reader words(what, stage_.names());
    node_disk& disk = stage_.fleet().node(words.node()).disk();
    memory_disk& which = words.any({"fleet", "own"}) == "own" ? disk.own_ledger : disk.fleet_ledger;
    auto how = words.any({"full", "write", "sync"});
    ++made_;
    which.fail_next_append(how == "full"    ? append_fault::full
                           : how == "write" ? append_fault::write_fails
                                            : append_fault::sync_fails);
  }

  void draw(chaos_level level, random_source& random) override {
    if (level != chaos_level::all) return;
    every_ = one_of<nanoseconds>(random, {nanoseconds{0}, minutes{2}, minutes{15}});
    later(every_, 0, random_);
  }

  void due(std::uint32_t) override {
    if (stage_.is_calm()) return;
    static constexpr const char* ways[] = {" full", " write", " sync"};
    std::string words = name_of(static_cast<node_index>(random_.below(stage_.fleet().size())));
    words += random_.below(4) == 0 ? " own" : " fleet";
    words += ways[random_.below(3)];
    stage_.perform("fail-append", words);
    later(every_, 0, random_);
  }

  void calm() override {
    for (node_index node = 0; node < stage_.fleet().size(); ++node) {
      stage_.fleet().node(node).disk().fleet_ledger.fail_next_append(append_fault::none);
      stage_.fleet().node(node).disk().own_ledger.fail_next_append(append_fault::none);
    }
  }
  void count(counters& into) const override { into.add("faults.store_faults", made_); }

private:
  random_source random_;
  nanoseconds every_{0};
  std::uint64_t made_ = 0;
};

} // namespace

std::unique_ptr<plugin> make_store_faults(stage& on, random_source random) {
  return std::make_unique<store_faults>(on, random);
}

} // namespace ppn::sim
