// Nodes that do not run for a while: stopped processes, whose kernel goes on, and machines that sleep.
#include "sim/plugins/makers.hpp"

namespace ppn::sim {

namespace {

class freezes final : public plugin {
public:
  freezes(stage& on, random_source random) : plugin(on), random_(random) {}

  std::vector<verb_help> verbs() const override {
    return {{"freeze", "NODE for TIME"}, {"suspend", "NODE for TIME"}};
  }
  status check(const act& what) const override {
    node_index node = 0;
    nanoseconds length{0};
    return read(what, node, length);
  }

  void perform(const act& what) override {
    node_index node = 0;
    nanoseconds length{0};
    (void)read(what, node, length);
    if (!stage_.fleet().node(node).running()) return;
    bool whole = what.verb == "suspend";
    ++(whole ? suspends_ : freezes_);
    if (whole) stage_.fleet().suspend(node, length);
    stage_.fleet().freeze(node, length);
  }

  void draw(chaos_level level, random_source& random) override {
    if (level != chaos_level::all) return;
    every_ = one_of<nanoseconds>(random, {nanoseconds{0}, nanoseconds{0}, minutes{2}, minutes{10}});
    longest_ = one_of<nanoseconds>(random, {seconds{3}, seconds{40}, minutes{3}});
    suspend_every_ = one_of<nanoseconds>(random, {nanoseconds{0}, nanoseconds{0}, minutes{20}});
    suspend_longest_ = one_of<nanoseconds>(random, {minutes{1}, minutes{20}, hours{5}});
    later(every_, 0, random_);
    later(suspend_every_, 1, random_);
  }

  void due(std::uint32_t part) override {
    if (stage_.is_calm()) return;
    const std::string& node = name_of(static_cast<node_index>(random_.below(stage_.fleet().size())));
    auto most = part == 0 ? longest_ : suspend_longest_;
    stage_.perform(part == 0 ? "freeze" : "suspend",
                   node + " for " + text_of_time(random_.between(seconds{1}, most)));
    later(part == 0 ? every_ : suspend_every_, part, random_);
  }

  void calm() override {
    for (node_index node = 0; node < stage_.fleet().size(); ++node) stage_.fleet().thaw(node);
  }
  void count(counters& into) const override {
    into.add("faults.freezes", freezes_);
    into.add("faults.suspends", suspends_);
  }

private:
  status read(const act& what, node_index& node, nanoseconds& length) const {
    word_reader words(what, stage_.names());
    node = words.node();
    words.require("for");
    length = words.time(nanoseconds{1}, hours{24 * 365});
    return words.done();
  }

  random_source random_;
  nanoseconds every_{0};
  nanoseconds longest_{0};
  nanoseconds suspend_every_{0};
  nanoseconds suspend_longest_{0};
  std::uint64_t freezes_ = 0;
  std::uint64_t suspends_ = 0;
};

} // namespace

std::unique_ptr<plugin> make_freezes(stage& on, random_source random) {
  return std::make_unique<freezes>(on, random);
}

} // namespace ppn::sim
