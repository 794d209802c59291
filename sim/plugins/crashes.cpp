// Processes that are killed and machines that lose power, with disks that lie or refuse; and the
// supervisor, who starts whatever is down again.
#include "sim/plugins/makers.hpp"

namespace ppn::sim {

namespace {

class crashes final : public plugin, private checker {
public:
  crashes(stage& on, random_source random) : plugin(on), random_(random) {}

  std::vector<verb_help> verbs() const override {
    return {{"kill", "NODE for TIME"},
            {"power", "NODE ... for TIME"},
            {"lie", "NODE on|off"},
            {"refuse-start", "NODE full|write"}};
  }
  status check(const act& what) const override {
    order ignored;
    return read(what, ignored);
  }
  void perform(const act& what) override;
  void draw(chaos_level level, random_source& random) override;
  void due(std::uint32_t part) override;
  void calm() override;
  void count(counters& into) const override {
    into.add("faults.crashes", crashes_);
    into.add("faults.power_losses", power_losses_);
    into.add("faults.lying_disks", lies_);
    into.add("faults.restarts", restarts_);
    into.add("faults.failed_starts", failed_starts_);
    into.add("faults.fail_stops", fail_stops_);
  }
  checker* watcher() override { return this; }

private:
  struct order {
    std::vector<node_index> nodes;
    nanoseconds length{0};
    std::string_view how;
  };
  // What a moment is for: the kind times this, and a node.
  static constexpr std::uint32_t kinds_apart = 100'000;
  static constexpr std::uint32_t crash = 0;
  static constexpr std::uint32_t restart = kinds_apart;
  static constexpr std::uint32_t fail_stop = 2 * kinds_apart;

  status read(const act& what, order& into) const;
  void think();
  void bring_down(node_index node, bool power_lost, nanoseconds length);
  void lie(node_index node, bool yes);
  void start(node_index node);

  // A node whose ledger failed ends its process, as a daemon does.
  void on_event(std::uint32_t node, const moment& now, const node_event& what) override {
    auto* state = std::get_if<event::ledger_state_changed>(&what);
    if (state != nullptr && state->state == "failed") stage_.later(*this, now.at, fail_stop + node);
  }
  void on_end(const moment&) override {}

  random_source random_;
  nanoseconds every_{0};
  nanoseconds down_most_{0};
  int power_permille_ = 0;
  int disk_permille_ = 0;
  std::uint32_t nodes_per_machine_ = 1;
  std::uint64_t crashes_ = 0;
  std::uint64_t power_losses_ = 0;
  std::uint64_t lies_ = 0;
  std::uint64_t restarts_ = 0;
  std::uint64_t failed_starts_ = 0;
  std::uint64_t fail_stops_ = 0;
};

status crashes::read(const act& what, order& into) const {
  word_reader words(what, stage_.names());
  if (what.verb == "kill" || what.verb == "power") {
    if (what.verb == "kill")
      into.nodes = {words.node()};
    else
      into.nodes = words.nodes({"for"});
    words.require("for");
    into.length = words.time(nanoseconds{1}, hours{24 * 365});
    return words.done();
  }
  into.nodes = {words.node()};
  into.how = what.verb == "lie" ? words.any({"on", "off"}) : words.any({"full", "write"});
  return words.done();
}

void crashes::draw(chaos_level level, random_source& random) {
  if (level != chaos_level::all) return;
  every_ = one_of<nanoseconds>(random, {nanoseconds{0}, minutes{1}, minutes{6}, minutes{30}});
  down_most_ = one_of<nanoseconds>(random, {seconds{5}, seconds{45}, minutes{5}});
  power_permille_ = one_of(random, {0, 300, 1000});
  disk_permille_ = one_of(random, {0, 50, 400});
  nodes_per_machine_ = one_of<std::uint32_t>(random, {1, 1, 3});
  // Either a disk forgets, or a folder does: of both together somebody must remember.
  if (disk_permille_ > 0) stage_.disks_lie = true;
  later(every_, crash, random_);
}

void crashes::perform(const act& what) {
  order wanted;
  (void)read(what, wanted);
  node_index node = wanted.nodes.front();
  if (what.verb == "lie") return lie(node, wanted.how == "on");
  if (what.verb == "refuse-start")
    return stage_.fleet().node(node).disk().cells.fail_next_set(
      wanted.how == "full" ? cell_fault::full : cell_fault::write_fails);
  bool power = what.verb == "power";
  power_losses_ += power;
  for (node_index one : wanted.nodes) bring_down(one, power, wanted.length);
}

void crashes::think() {
  auto node = static_cast<node_index>(random_.below(stage_.fleet().size()));
  bool power = random_.permille(static_cast<std::uint32_t>(power_permille_));
  // Nodes that share a machine share its power.
  node_index first = power ? node / nodes_per_machine_ * nodes_per_machine_ : node;
  node_index end = std::min(power ? first + nodes_per_machine_ : first + 1, stage_.fleet().size());
  std::string list;
  for (node_index one = first; one < end; ++one) {
    if (!stage_.fleet().node(one).running()) continue;
    list += name_of(one) + " ";
    if (disk_permille_ > 0)
      stage_.perform("lie", name_of(one) + (random_.permille(static_cast<std::uint32_t>(disk_permille_))
                                              ? " on"
                                              : " off"));
  }
  auto length = random_.between(seconds{1}, down_most_);
  if (!list.empty()) stage_.perform(power ? "power" : "kill", list + "for " + text_of_time(length));
}

void crashes::bring_down(node_index node, bool power_lost, nanoseconds length) {
  if (!stage_.fleet().node(node).running()) return;
  ++crashes_;
  stage_.fleet().kill(node, power_lost);
  stage_.later(*this, stage_.now() + length, restart + node);
}

// A disk that lies says "durable" and forgets it when the power goes. What only one disk holds is spared,
// because nobody can promise anything about it: the writer's ledger, and each node's own.
void crashes::lie(node_index node, bool yes) {
  node_disk& disk = stage_.fleet().node(node).disk();
  bool writer = node == stage_.fleet().controller();
  lies_ += yes;
  disk.cells.withhold_syncs(yes && !writer);
  disk.fleet_ledger.withhold_syncs(yes && !writer);
  disk.folds.withhold_syncs(yes);
}

void crashes::start(node_index node) {
  if (stage_.fleet().node(node).running()) return;
  if (!stage_.is_calm() && random_.permille(static_cast<std::uint32_t>(disk_permille_)))
    stage_.perform("refuse-start", name_of(node) + (random_.below(2) == 0 ? " full" : " write"));
  if (stage_.fleet().start(node)) {
    ++restarts_;
    return;
  }
  ++failed_starts_;
  stage_.later(*this, stage_.now() + seconds{2}, restart + node);
}

void crashes::due(std::uint32_t part) {
  if (part >= fail_stop) {
    ++fail_stops_;
    return bring_down(part - fail_stop, false, seconds{5});
  }
  if (part >= restart) return start(part - restart);
  if (stage_.is_calm()) return;
  think();
  later(every_, crash, random_);
}

void crashes::calm() {
  for (node_index node = 0; node < stage_.fleet().size(); ++node) {
    stage_.fleet().node(node).disk().cells.fail_next_set(cell_fault::none);
    lie(node, false);
    start(node);
  }
}

} // namespace

std::unique_ptr<plugin> make_crashes(stage& on, random_source random) {
  return std::make_unique<crashes>(on, random);
}

} // namespace ppn::sim
