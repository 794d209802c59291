// ppn-sim campaign: many seeds in several processes. A process that an assertion ends costs one seed, and
// is itself a failure of that seed.
#include "sim/commands/campaign_tally.hpp"
#include "sim/commands/options.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ppn::sim {

namespace {

using steady = std::chrono::steady_clock;

struct campaign_options {
  common_options common;
  std::string seeds = "1..100";
  std::uint64_t first = 1;
  std::uint64_t last = 100;
  std::uint32_t jobs = 2;
  std::string time_limit;
  std::string state_file;
  std::uint64_t twice_every = 10;
  bool keep_going = false; // with counts that never happened: no failure
};

struct worker {
  pid_t process = -1;
  int lines = -1;       // from it
  std::string received; // the start of a line
  std::uint64_t seed = 0; // that it is at
};

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    auto done = ::write(file, text.data(), text.size());
    if (done <= 0) _exit(1);
    text.remove_prefix(static_cast<std::size_t>(done));
  }
}

seed_line run_seed(run_options options, std::uint64_t seed, std::uint64_t twice_every) {
  options.seed = seed;
  auto line = line_of(run(options));
  if (twice_every > 0 && seed % twice_every == 0) {
    line.twice = true;
    line.different = run(options).trace_hash != line.hash;
  }
  return line;
}

class campaign {
public:
  explicit campaign(const campaign_options& wanted)
      : wanted_(wanted), run_(wanted.common.made()), next_(wanted.first), begun_(steady::now()) {}

  status read_state();
  void stop_after(double seconds) { limit_ = seconds; }
  int play();

private:
  std::optional<std::uint64_t> next_seed();
  void give_work(worker& to);
  void on_readable(worker& from);
  void enter(const seed_line& line);
  void show_progress(bool last);
  double passed() const { return std::chrono::duration<double>(steady::now() - begun_).count(); }
  bool time_is_up() const { return limit_ > 0 && passed() >= limit_; }
  std::string summary_json() const;
  std::string summary_text() const;
  std::string command_of(std::uint64_t seed) const;

  campaign_options wanted_;
  run_options run_;
  std::uint64_t next_;
  steady::time_point begun_;
  double limit_ = 0;
  double shown_ = 0;
  std::uint64_t done_now_ = 0;
  campaign_tally tally_;
  std::vector<worker> workers_;
  std::ofstream state_;
};

status campaign::read_state() {
  if (wanted_.state_file.empty()) return {};
  std::string head = fmt::format("ppn.campaign/1 nodes {} hours {} chaos {} plant {}", run_.nodes,
                                 wanted_.common.hours, static_cast<int>(run_.chaos), wanted_.common.planted);
  std::ifstream in(wanted_.state_file);
  std::string text;
  bool fresh = !std::getline(in, text);
  if (!fresh && text != head)
    return fail(ec::invalid, "'" + wanted_.state_file + "' is the state of another campaign: " + text);
  while (std::getline(in, text)) {
    auto line = decode_line(text);
    if (!line) break; // the last line may have been cut off
    if (line->seed >= wanted_.first && line->seed <= wanted_.last) tally_.add(*line);
  }
  state_.open(wanted_.state_file, std::ios::app);
  if (fresh) state_ << head << '\n';
  state_ << std::flush;
  if (!state_) return fail(ec::io_failed, "cannot write '" + wanted_.state_file + "'");
  return {};
}

std::optional<std::uint64_t> campaign::next_seed() {
  while (next_ <= wanted_.last && tally_.knows(next_)) ++next_;
  if (next_ > wanted_.last || time_is_up()) return std::nullopt;
  return next_++;
}

// One process per seed: nothing of one run can leak into the next, and a fork costs far less than a run.
void campaign::give_work(worker& to) {
  auto seed = next_seed();
  if (!seed) return;
  int ends[2];
  if (::pipe(ends) != 0) return;
  to.seed = *seed;
  to.process = ::fork();
  if (to.process == 0) {
    ::close(ends[0]);
    write_all(ends[1], encode_line(run_seed(run_, *seed, wanted_.twice_every)));
    _exit(0);
  }
  ::close(ends[1]);
  to.lines = ends[0];
}

void campaign::enter(const seed_line& line) {
  tally_.add(line);
  ++done_now_;
  if (state_.is_open()) state_ << encode_line(line) << std::flush;
}

void campaign::on_readable(worker& from) {
  char buffer[65536];
  auto got = ::read(from.lines, buffer, sizeof buffer);
  if (got > 0) {
    from.received.append(buffer, static_cast<std::size_t>(got));
    return;
  }
  int how = 0;
  ::close(from.lines);
  ::waitpid(from.process, &how, 0);
  auto line = decode_line(from.received);
  seed_line dead;
  dead.seed = from.seed;
  dead.died = true;
  enter(line ? *line : dead);
  from = worker{};
  give_work(from);
}

void campaign::show_progress(bool last) {
  if (!last && passed() - shown_ < 0.5) return;
  shown_ = passed();
  if (::isatty(2) == 0 && !last) return;
  auto total = wanted_.last - wanted_.first + 1;
  auto part = static_cast<std::size_t>(30 * tally_.seeds() / total);
  std::cerr << fmt::format("\r[{}{}] {}/{} seeds, {:.1f}/s, {} failed ", std::string(part, '#'),
                           std::string(30 - part, '.'), tally_.seeds(), total,
                           static_cast<double>(done_now_) / std::max(0.001, passed()), tally_.failed());
  if (last) std::cerr << '\n';
  std::cerr << std::flush;
}

int campaign::play() {
  workers_.resize(wanted_.jobs);
  for (worker& one : workers_) give_work(one);
  for (;;) {
    std::vector<pollfd> waited;
    std::vector<worker*> whose;
    for (worker& one : workers_)
      if (one.lines >= 0) {
        waited.push_back({one.lines, POLLIN, 0});
        whose.push_back(&one);
      }
    if (waited.empty()) break;
    ::poll(waited.data(), waited.size(), 500);
    for (std::size_t i = 0; i < waited.size(); ++i)
      if (waited[i].revents != 0) on_readable(*whose[i]);
    show_progress(false);
  }
  show_progress(true);
  std::cout << (wanted_.common.json ? summary_json() : summary_text()) << '\n';
  if (tally_.failed() > 0) return 1;
  // Too few seeds say nothing about rare paths.
  return tally_.seeds() >= 100 && !wanted_.keep_going && run_.chaos == chaos_level::all &&
             !tally_.never().empty()
           ? 3
           : 0;
}

std::string campaign::command_of(std::uint64_t seed) const {
  static constexpr const char* levels[] = {"none", "network", "all"};
  return fmt::format("ppn-sim replay --nodes {} --hours {} --seed {} --chaos {}{}", run_.nodes,
                     wanted_.common.hours, seed, levels[static_cast<int>(run_.chaos)],
                     wanted_.common.planted.empty() ? "" : " --plant " + wanted_.common.planted);
}

std::string campaign::summary_json() const {
  nlohmann::ordered_json out;
  out["schema"] = "ppn.sim-campaign/1";
  out["seeds"] = tally_.seeds();
  out["failed"] = tally_.failed();
  out["compared"] = tally_.compared();
  out["events"] = tally_.events();
  out["wall_seconds"] = passed();
  out["seeds_per_second"] = static_cast<double>(done_now_) / std::max(0.001, passed());
  auto& causes = out["causes"] = nlohmann::ordered_json::array();
  for (const auto& [name, cause] : tally_.causes())
    causes.push_back({{"cause", name},
                      {"seeds", cause.seeds},
                      {"first_seed", cause.first_seed},
                      {"text", cause.text},
                      {"repeat", command_of(cause.first_seed)}});
  auto& counts = out["counts"] = nlohmann::ordered_json::object();
  for (const auto& [name, value] : tally_.counts().all()) counts[name] = value;
  out["never"] = tally_.never();
  return out.dump(2);
}

std::string campaign::summary_text() const {
  std::string out = fmt::format("{} seeds in {:.1f} s, {} failed, {} run twice, {} events", tally_.seeds(),
                                passed(), tally_.failed(), tally_.compared(), tally_.events());
  for (const auto& [name, cause] : tally_.causes())
    out += fmt::format("\n{:>6} seeds  {}\n        first: {}\n        {}", cause.seeds, name, cause.text,
                       command_of(cause.first_seed));
  for (const auto& [name, value] : tally_.counts().all()) out += fmt::format("\n{:>12}  {}", value, name);
  for (const auto& name : tally_.never()) out += "\nNEVER HAPPENED: " + name;
  return out;
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> read_range(const std::string& text) {
  auto dots = text.find("..");
  auto digits = [](std::string_view of) {
    return !of.empty() && of.size() < 19 && of.find_first_not_of("0123456789") == of.npos;
  };
  if (dots == text.npos) return std::nullopt;
  auto from = text.substr(0, dots);
  auto to = text.substr(dots + 2);
  if (!digits(from) || !digits(to) || std::stoull(from) > std::stoull(to)) return std::nullopt;
  return std::pair{std::stoull(from), std::stoull(to)};
}

int run_campaign(campaign_options wanted) {
  auto range = read_range(wanted.seeds);
  if (!range) return usage_error({ec::invalid, "--seeds reads FROM..TO, for instance 1..10000"});
  std::tie(wanted.first, wanted.last) = *range;
  campaign made(wanted);
  if (!wanted.time_limit.empty()) {
    auto limit = read_time(wanted.time_limit);
    if (!limit || *limit <= nanoseconds{0})
      return usage_error({ec::invalid, "--for reads a time such as 90s or 10m"});
    made.stop_after(static_cast<double>(to_milliseconds(*limit)) / 1000);
  }
  if (auto good = made.read_state(); !good) return usage_error(good.error());
  return made.play();
}

} // namespace

void add_campaign_command(CLI::App& app, std::function<int()>& chosen) {
  auto wanted = std::make_shared<campaign_options>();
  CLI::App* command = app.add_subcommand("campaign", "Run many seeds and say what was found and exercised");
  add_common(*command, wanted->common);
  command->add_option("--seeds", wanted->seeds, "FROM..TO")->capture_default_str();
  command->add_option("--jobs", wanted->jobs, "Processes")->check(CLI::Range(1, 256))->capture_default_str();
  command->add_option("--for", wanted->time_limit, "Begin no seed after this time: 10m");
  command->add_option("--state", wanted->state_file, "Keep what was found here, and go on from it");
  command->add_option("--twice-every", wanted->twice_every, "One seed in so many is run twice; 0: none")
    ->capture_default_str();
  command->add_flag("--allow-never", wanted->keep_going, "Faults that never happened are no failure");
  command->callback([wanted, &chosen] { chosen = [wanted] { return run_campaign(*wanted); }; });
}

} // namespace ppn::sim
