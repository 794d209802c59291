// The network as such: how slow it is, and what a hostile middle-box does to single segments.
#include "sim/plugins/makers.hpp"

#include <fmt/format.h>

namespace ppn::sim {

namespace {

class weather final : public plugin {
public:
  explicit weather(stage& on) : plugin(on) {}

  std::vector<verb_help> verbs() const override {
    return {{"delay", "LEAST MOST"},         {"loss", "PER-MILLE"},   {"tear", "PER-MILLE"},
            {"corrupt", "PER-MILLE"},        {"repeat", "PER-MILLE"}, {"swap", "PER-MILLE"},
            {"cut-connections", "PER-MILLE"}};
  }

  status check(const act& what) const override {
    network_faults ignored;
    return read(what, ignored);
  }
  void perform(const act& what) override { (void)read(what, stage_.fleet().net().faults); }

  void draw(chaos_level, random_source& random) override {
    auto most = one_of<nanoseconds>(
      random, {microseconds{800}, milliseconds{5}, milliseconds{80}, milliseconds{400}});
    stage_.perform("delay", "0.0002s " + text_of_time(most));
    set("loss", one_of(random, {0, 0, 10, 150}));
    set("tear", one_of(random, {0, 20, 400}));
    set("corrupt", one_of(random, {0, 0, 1, 20}));
    set("repeat", one_of(random, {0, 0, 1, 20}));
    set("swap", one_of(random, {0, 0, 1, 20}));
    set("cut-connections", one_of(random, {0, 0, 2, 30}));
  }

  void calm() override { stage_.fleet().net().faults = network_faults{}; }

  void count(counters& into) const override {
    const network_marks& seen = stage_.fleet().net().marks();
    into.add("faults.segments", seen.segments);
    into.add("faults.segments_torn", seen.torn);
    into.add("faults.segments_corrupted", seen.corrupted);
    into.add("faults.segments_repeated", seen.repeated);
    into.add("faults.segments_swapped", seen.swapped);
    into.add("faults.connections_cut", seen.broken);
  }

private:
  void set(const char* verb, int permille) {
    if (permille > 0) stage_.perform(verb, std::to_string(permille));
  }

  status read(const act& what, network_faults& into) const {
    word_reader words(what, stage_.names());
    if (what.verb == "delay") {
      auto least = words.time(nanoseconds{0}, hours{1});
      auto most = words.time(least, hours{1});
      if (status good = words.done(); !good) return good;
      into.delay_least = least;
      into.delay_most = most;
      return {};
    }
    auto chance = static_cast<std::uint32_t>(words.number(0, 1000));
    if (status good = words.done(); !good) return good;
    share(what.verb, into) = chance;
    return {};
  }

  static std::uint32_t& share(std::string_view verb, network_faults& of) {
    if (verb == "loss") return of.loss_permille;
    if (verb == "tear") return of.tear_permille;
    if (verb == "corrupt") return of.corrupt_permille;
    if (verb == "repeat") return of.repeat_permille;
    if (verb == "swap") return of.swap_permille;
    return of.cut_permille;
  }
};

} // namespace

std::unique_ptr<plugin> make_weather(stage& on, random_source) { return std::make_unique<weather>(on); }

} // namespace ppn::sim
