// Cuts between two groups of nodes, in both directions or in one.
#include "sim/plugins/makers.hpp"

namespace ppn::sim {

namespace {

struct cut {
  partition between;
  nanoseconds length{0};
  bool one_way = false;
};

class partitions final : public plugin {
public:
  partitions(stage& on, random_source random) : plugin(on), random_(random) {}

  std::vector<verb_help> verbs() const override {
    return {{"partition", "NODE ... | NODE ... for TIME; '>': only what the left sends is lost"}};
  }
  status check(const act& what) const override {
    cut ignored;
    return read(what, ignored);
  }

  void perform(const act& what) override {
    cut wanted;
    (void)read(what, wanted);
    ++made_;
    one_way_ += wanted.one_way;
    stage_.fleet().note("world", text_of(what));
    auto id = stage_.fleet().net().add_partition(std::move(wanted.between));
    stage_.later(*this, stage_.now() + wanted.length, static_cast<std::uint32_t>(id));
  }

  void draw(chaos_level, random_source& random) override {
    every_ = one_of<nanoseconds>(random, {nanoseconds{0}, seconds{90}, minutes{5}, minutes{30}});
    longest_ = one_of<nanoseconds>(random, {seconds{20}, seconds{60}, minutes{10}});
    draw_one_way_ = random.below(2) == 0;
    later(every_, 0, random_);
  }

  void due(std::uint32_t part) override {
    if (part > 0) return stage_.fleet().net().heal(part);
    if (stage_.is_calm()) return;
    think();
    later(every_, 0, random_);
  }
  void calm() override { stage_.fleet().net().heal_all(); }
  void count(counters& into) const override {
    into.add("faults.partitions", made_);
    into.add("faults.one_way_partitions", one_way_);
  }

private:
  // One node against the rest, or the fleet in two at random.
  void think() {
    std::vector<bool> side(stage_.fleet().size());
    if (random_.below(2) == 0)
      side[random_.below(side.size())] = true;
    else
      for (std::size_t node = 0; node < side.size(); ++node) side[node] = random_.below(2) == 0;
    std::string left;
    std::string right;
    for (node_index node = 0; node < side.size(); ++node)
      (side[node] ? left : right) += (side[node] ? name_of(node) + " " : " " + name_of(node));
    const char* sign = "|";
    if (draw_one_way_ && random_.below(2) == 0) sign = random_.below(2) == 0 ? ">" : "<";
    auto length = random_.between(seconds{2}, longest_);
    if (left.empty() || right.empty()) return; // all on one side: nothing is cut
    stage_.perform("partition", left + sign + right + " for " + text_of_time(length));
  }

  status read(const act& what, cut& into) const {
    word_reader words(what, stage_.names());
    auto left = words.nodes({"|", ">", "<"});
    auto sign = words.any({"|", ">", "<"});
    auto right = words.nodes({"for"});
    words.require("for");
    into.length = words.time(nanoseconds{1}, hours{24 * 365});
    if (status good = words.done(); !good) return good;
    into.between.side.assign(stage_.names().size(), false);
    into.between.outside.assign(stage_.names().size(), true);
    for (node_index node : left) into.between.side[node] = true;
    for (node_index node : left) into.between.outside[node] = false;
    for (node_index node : right) into.between.outside[node] = false;
    into.between.from_side = sign != "<";
    into.between.to_side = sign != ">";
    into.one_way = sign != "|";
    return {};
  }

  random_source random_;
  nanoseconds every_{0};
  nanoseconds longest_{0};
  bool draw_one_way_ = false;
  std::uint64_t made_ = 0;
  std::uint64_t one_way_ = 0;
};

} // namespace

std::unique_ptr<plugin> make_partitions(stage& on, random_source random) {
  return std::make_unique<partitions>(on, random);
}

} // namespace ppn::sim
