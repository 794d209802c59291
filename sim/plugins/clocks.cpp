// Wall clocks that jump, by seconds or by years, and monotonic clocks that run fast or slow.
#include "sim/plugins/makers.hpp"

namespace ppn::sim {

namespace {

constexpr nanoseconds year = hours{24 * 365};
constexpr std::int64_t ppm_most = 100'000;

class clocks final : public plugin {
public:
  clocks(stage& on, random_source random) : plugin(on), random_(random) {}

  std::vector<verb_help> verbs() const override {
    return {{"wall-clock", "NODE +TIME|-TIME"}, {"drift", "NODE PARTS-PER-MILLION"}};
  }

  status check(const act& what) const override {
    word_reader words(what, stage_.names());
    (void)words.node();
    if (what.verb == "drift")
      (void)words.number(-ppm_most, ppm_most);
    else
      (void)words.time(-year, year);
    return words.done();
  }

  void perform(const act& what) override {
    word_reader words(what, stage_.names());
    node_index node = words.node();
    if (what.verb == "drift") {
      ++drifts_;
      return stage_.fleet().set_drift(node, words.number(-ppm_most, ppm_most));
    }
    ++jumps_;
    stage_.fleet().node(node).time().jump_wall(words.time(-year, year));
    stage_.fleet().note(name_of(node), text_of(what));
  }

  void draw(chaos_level level, random_source& random) override {
    if (level != chaos_level::all) return;
    every_ = one_of<nanoseconds>(random, {nanoseconds{0}, minutes{1}, minutes{10}});
    auto ppm = one_of<std::int64_t>(random, {0, 50, 5000});
    for (node_index node = 0; ppm > 0 && node < stage_.fleet().size(); ++node)
      stage_.perform("drift", name_of(node) + " " + std::to_string(random.between(-ppm, ppm)));
    later(every_, 0, random_);
  }

  void due(std::uint32_t) override {
    if (stage_.is_calm()) return;
    const std::string& node = name_of(static_cast<node_index>(random_.below(stage_.fleet().size())));
    auto most = one_of<nanoseconds>(random_, {seconds{1}, seconds{31}, hours{1}, year});
    stage_.perform("wall-clock", node + " " + text_of_time(random_.between(-most, most)));
    later(every_, 0, random_);
  }

  void count(counters& into) const override {
    into.add("faults.wall_jumps", jumps_);
    into.add("faults.drifting_clocks", drifts_);
  }

private:
  random_source random_;
  nanoseconds every_{0};
  std::uint64_t jumps_ = 0;
  std::uint64_t drifts_ = 0;
};

} // namespace

std::unique_ptr<plugin> make_clocks(stage& on, random_source random) {
  return std::make_unique<clocks>(on, random);
}

} // namespace ppn::sim
