// Data folders that are replaced by a copy of some time ago, or lost. What only the lost folder knew is
// beyond any promise, so this happens only while every member holds all that was written.
#include "sim/plugins/makers.hpp"

#include <map>

namespace ppn::sim {

namespace {

class folders final : public plugin {
public:
  folders(stage& on, random_source random) : plugin(on), random_(random) {}

  std::vector<verb_help> verbs() const override {
    return {{"keep-folder", "NODE"}, {"older-folder", "NODE"}, {"lose-folder", "NODE"}};
  }
  status check(const act& what) const override {
    word_reader words(what, stage_.names());
    node_index node = words.node();
    if (status good = words.done(); !good) return good;
    if (what.verb == "lose-folder" && node == stage_.fleet().controller())
      return fail(ec::invalid, "the controller's folder cannot be lost: nobody could write in its place");
    return {};
  }

  void perform(const act& what) override {
    word_reader words(what, stage_.names());
    node_index node = words.node();
    world& fleet = stage_.fleet();
    if (what.verb == "keep-folder") {
      kept_[node] = fleet.node(node).disk();
      return;
    }
    if (!fleet.node(node).running() || !stage_.fully_copied()) return; // beyond what anybody promises
    if (what.verb == "older-folder" && !kept_.contains(node)) return;
    fleet.kill(node, false);
    fleet.note(name_of(node), what.verb == "older-folder" ? "OLDER FOLDER" : "FOLDER LOST");
    if (what.verb == "older-folder") {
      ++older_;
      fleet.node(node).replace_disk(kept_.at(node));
      kept_.erase(node);
    } else {
      ++lost_;
      fleet.node(node).disk() = node_disk{};
      stage_.folder_lost(node);
    }
    stage_.later(*this, stage_.now() + seconds{5}, start + node);
  }

  void draw(chaos_level level, random_source& random) override {
    if (level != chaos_level::all) return;
    older_every_ = one_of<nanoseconds>(random, {nanoseconds{0}, nanoseconds{0}, minutes{10}, minutes{25}});
    lose_every_ = one_of<nanoseconds>(random, {nanoseconds{0}, nanoseconds{0}, minutes{20}});
    // Either a disk forgets, or a folder does: of both together somebody must remember.
    if (stage_.disks_lie) older_every_ = lose_every_ = nanoseconds{0};
    later(older_every_, 0, random_);
    later(lose_every_, 1, random_);
  }

  void due(std::uint32_t part) override {
    if (part >= start) return restart(part - start);
    if (stage_.is_calm()) return;
    if (part == 0) {
      // First a copy is put aside; a later time it takes the place of the folder.
      node_index node = stage_.fleet().controller();
      stage_.perform(kept_.contains(node) ? "older-folder" : "keep-folder", name_of(node));
    } else if (stage_.fleet().size() > 1) {
      auto node = static_cast<node_index>(random_.below(stage_.fleet().size() - 1));
      if (node >= stage_.fleet().controller()) ++node;
      stage_.perform("lose-folder", name_of(node));
    }
    later(part == 0 ? older_every_ : lose_every_, part, random_);
  }
  void calm() override {
    for (node_index node = 0; node < stage_.fleet().size(); ++node) restart(node);
  }
  void count(counters& into) const override {
    into.add("faults.older_folders", older_);
    into.add("faults.lost_folders", lost_);
  }

private:
  static constexpr std::uint32_t start = 100'000; // plus the node

  void restart(node_index node) {
    if (stage_.fleet().node(node).running() || stage_.fleet().start(node)) return;
    stage_.later(*this, stage_.now() + seconds{2}, start + node);
  }

  random_source random_;
  nanoseconds older_every_{0};
  nanoseconds lose_every_{0};
  std::map<node_index, node_disk> kept_;
  std::uint64_t older_ = 0;
  std::uint64_t lost_ = 0;
};

} // namespace

std::unique_ptr<plugin> make_folders(stage& on, random_source random) {
  return std::make_unique<folders>(on, random);
}

} // namespace ppn::sim
