// `ppn ledger`: its options, and what its verbs need of the world: a connection, files, a clock, threads
// for an audit, a person to ask.
#include "runtime/adapters/operator_files.hpp"
#include "runtime/adapters/sodium_entropy.hpp"
#include "runtime/adapters/system_clock.hpp"
#include "runtime/adapters/text_file.hpp"
#include "runtime/cli/control_client.hpp"
#include "runtime/cli/ledger_live_verify.hpp"
#include "runtime/cli/ledger_reading.hpp"
#include "runtime/cli/ledger_tiles.hpp"
#include "runtime/cli/ledger_verify.hpp"
#include "runtime/cli/ledger_writing.hpp"
#include "runtime/cli/progress_line.hpp"
#include "runtime/ppn_verbs.hpp"
#include "storage/tile_files.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <thread>
#include <unistd.h>

namespace ppn {

namespace {

// An order may have to reach the controller, the disk and another member; the node gives up earlier.
constexpr seconds answer_deadline{60};
constexpr int look_milliseconds = 1000;

struct ledger_line {
  socket_choice where;
  std::string ledger = "fleet";
  bool json = false;
  int interrupt = -1;

  ledger_choice which() const {
    return ledger_choice_from(ledger).value_or(ledger_choice::fleet); // the options were checked
  }
};

nanoseconds monotonic_now() { return system_clock{}.monotonic().time_since_epoch(); }

// -- a connection ----------------------------------------------------------------------------------------

class daemon_line {
public:
  static result<std::unique_ptr<daemon_line>> open(ledger_line& given) {
    auto path = find_socket(given.where);
    if (!path) return fail(path.error());
    given.interrupt = stop_signals();
    if (given.interrupt < 0) return fail(ec::internal, "cannot wait for signals");
    auto session = control_session::open({*path, answer_deadline, given.interrupt});
    if (!session) return fail(session.error());
    return std::make_unique<daemon_line>(std::move(*session));
  }
  explicit daemon_line(control_session session)
      : session_(std::move(session)),
        channel([this](const control_request& request) { return session_.send(request); },
                [this] { return session_.receive(); }) {}

private:
  control_session session_;

public:
  control_channel channel;
};

using with_daemon = std::function<status(control_channel& daemon)>;

int run_connected(ledger_line& given, const with_daemon& verb) {
  auto line = daemon_line::open(given);
  if (!line) return report(line.error());
  return report(verb((*line)->channel));
}

// -- output ----------------------------------------------------------------------------------------------

class file_output final : public text_sink {
public:
  explicit file_output(text_file file) : file_(std::move(file)) {}
  status write(std::string_view text) override { return file_.write(text); }
  status finish() override { return file_.finish(); }

private:
  text_file file_;
};

result<std::unique_ptr<text_sink>> open_output(const std::string& file) {
  if (file.empty()) return std::make_unique<standard_output>();
  auto made = text_file::create(file);
  if (!made) return fail(made.error());
  return std::make_unique<file_output>(std::move(*made));
}

using reading_verb = std::function<status(const ledger_reader& by)>;

int run_reading(ledger_line& given, const std::string& file, const reading_verb& verb) {
  return run_connected(given, [&](control_channel& daemon) -> status {
    auto output = open_output(file);
    if (!output) return fail(output.error());
    if (status done = verb({daemon, given.which(), **output, given.json}); !done) return done;
    return (*output)->finish();
  });
}

// -- verify ----------------------------------------------------------------------------------------------

struct verify_line {
  ledger_verify_options tiles;
  std::size_t quorum = 0;
  bool has_quorum = false;
};

log::task_runner threads() {
  const std::size_t width = std::max(1u, std::thread::hardware_concurrency());
  return {width, [width](std::vector<std::function<void()>> tasks) {
            std::atomic<std::size_t> next{0};
            std::vector<std::thread> crew;
            for (std::size_t i = 0; i < std::min(width, tasks.size()); ++i)
              crew.emplace_back([&] {
                for (std::size_t at = next++; at < tasks.size(); at = next++) tasks[at]();
              });
            for (std::thread& each : crew) each.join();
          }};
}

int run_tile_verify(const ledger_line& given, verify_line& line) {
  line.tiles.json = given.json;
  if (line.has_quorum) line.tiles.quorum = line.quorum;
  ledger_verify_world world;
  world.open_folder = [](const std::string& path) {
    return open_tile_folder(path, folder_use::read);
  };
  world.read_file = [](const std::string& path) {
    return read_whole_file(path, log::note_octets_max);
  };
  world.now = monotonic_now;
  world.runner = threads();
  world.is_terminal = errors_on_terminal();
  const ledger_verify_answer answer = verify_ledger(line.tiles, world);
  return report(answer.output, answer.problem, answer.exit);
}

result<std::string> state_folder() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::string(state) + "/ppn";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return std::string(home) + "/.local/state/ppn";
  return fail(ec::invalid, "neither XDG_STATE_HOME nor HOME names a folder to remember things in");
}

status remember(const std::string& folder, const std::string& name, const std::string& note) {
  if (status made = make_private_folders(folder); !made) return made;
  auto file = text_file::create(folder + '/' + name);
  if (!file) return fail(file.error());
  if (status written = file->write(note); !written) return written;
  return file->finish();
}

int run_live_verify(ledger_line& given, const verify_line& line) {
  if (line.tiles.vkeys.size() > 1)
    return report(error{ec::invalid, "more than one --vkey is for --tiles only"});
  auto folder = state_folder();
  if (!folder) return report(folder.error());
  auto connected = daemon_line::open(given);
  if (!connected) return report(connected.error());
  live_verify_options options;
  options.which = given.which();
  if (!line.tiles.vkeys.empty()) options.vkey = line.tiles.vkeys.front();
  options.witnesses = line.tiles.witnesses;
  if (line.has_quorum) options.quorum = line.quorum;
  options.json = given.json;
  options.progress = line.tiles.progress && errors_on_terminal();
  live_verify_world world{
    (*connected)->channel, monotonic_now,
    [&] { return !is_stopped_within(given.interrupt, look_milliseconds); },
    [&](const std::string& name) -> result<std::string> {
      auto content = read_whole_file(*folder + '/' + name, log::note_octets_max);
      if (!content) return fail(content.error());
      return std::string(text_of(*content));
    },
    [&](const std::string& name, const std::string& note) {
      return remember(*folder, name, note);
    }};
  const live_verify_answer answer = verify_live(options, world);
  return report(answer.output, answer.problem, answer.exit);
}

// -- the command line ------------------------------------------------------------------------------------

class ledger_verbs {
public:
  ledger_verbs(CLI::App& parent, verb_list& to) : parent_(&parent), to_(&to) {}

  void add_reading();
  void add_export();
  void add_checkpoints();
  void add_tiles();
  void add_verify();
  void add_writing();

private:
  CLI::App* add(const std::string& name, const std::string& help,
                const std::shared_ptr<ledger_line>& line, const char* group) {
    CLI::App* verb = parent_->add_subcommand(name, help);
    verb->group(group);
    add_place(*verb, line->where);
    verb->add_option("--ledger", line->ledger, "fleet (its copy at this node) or own (the node's)")
      ->check(CLI::IsMember({"fleet", "own"}));
    return verb;
  }
  void add_json(CLI::App& verb, const std::shared_ptr<ledger_line>& line, const char* help) {
    verb.add_flag("--json", line->json, help);
  }

  CLI::App* parent_;
  verb_list* to_;
};

void ledger_verbs::add_reading() {
  auto line = std::make_shared<ledger_line>();
  auto index = std::make_shared<std::uint64_t>(0);
  CLI::App* show = add("show", "one entry with everything about it", line, "Reading");
  show->add_option("INDEX", *index, "number of the entry, from 0")->required()->check(CLI::NonNegativeNumber);
  add_json(*show, line, "one line as in export --format jsonl");
  show->footer("Example:\n  ppn ledger show 17 --json | jq .why\n");
  to_->push_back({show, [=] {
                    return run_reading(
                      *line, {}, [&](const ledger_reader& by) { return show_entry(by, *index); });
                  },
                  {"ppn.ledger-entry/1"}});

  auto tail_line = std::make_shared<ledger_line>();
  auto options = std::make_shared<ledger_tail_options>();
  CLI::App* tail = add("tail", "the newest entries, one line each", tail_line, "Reading");
  tail->add_option("-n,--lines", options->lines, "how many (10)");
  tail->add_flag("-f,--follow", options->follow, "and those to come, until Ctrl-C");
  add_json(*tail, tail_line, "lines as in export --format jsonl");
  tail->footer("Example:\n  ppn ledger tail -n 50 -f --ledger own\n");
  to_->push_back({tail, [=] {
                    return run_reading(*tail_line, {}, [&](const ledger_reader& by) {
                      options->wait = [&] {
                        return !is_stopped_within(tail_line->interrupt, look_milliseconds);
                      };
                      status done = show_tail(by, *options);
                      bool stopped = !done && done.error().code == ec::stopping;
                      return stopped && options->follow ? status{} : done;
                    });
                  },
                  {"ppn.ledger-entry/1"}});
}

void ledger_verbs::add_export() {
  auto line = std::make_shared<ledger_line>();
  auto format = std::make_shared<std::string>();
  auto output = std::make_shared<std::string>();
  CLI::App* verb = add("export", "the whole ledger as text that needs no software of ours", line,
                       "Reading");
  verb->add_option("--format", *format, "jsonl, csv or yaml")
    ->required()
    ->check(CLI::IsMember({"jsonl", "csv", "yaml"}));
  verb->add_option("--output", *output, "file that appears when it is whole; else standard output");
  verb->footer("Example:\n  ppn ledger export --format csv --output ledger.csv\n");
  to_->push_back({verb, [=] {
                    return run_reading(*line, *output, [&](const ledger_reader& by) {
                      progress_line shown(!output->empty() && errors_on_terminal());
                      return export_ledger(by, *views::export_format_from(*format),
                                           [&](std::uint64_t done, std::uint64_t total) {
                                             shown.show(done, total);
                                           });
                    });
                  }});
}

void ledger_verbs::add_checkpoints() {
  auto line = std::make_shared<ledger_line>();
  auto cosigned = std::make_shared<bool>(false);
  CLI::App* checkpoint = add("checkpoint", "the newest signed checkpoint", line, "Proving");
  checkpoint->add_flag("--cosigned", *cosigned, "the newest one with lines of witnesses");
  add_json(*checkpoint, line, "one JSON object (schema ppn.ledger-checkpoint/1)");
  checkpoint->footer("Example:\n  ppn ledger checkpoint --cosigned\n");
  to_->push_back({checkpoint, [=] {
                    return run_reading(*line, {}, [&](const ledger_reader& by) {
                      return show_checkpoint(by, *cosigned);
                    });
                  },
                  {"ppn.ledger-checkpoint/1"}});

  auto key_line = std::make_shared<ledger_line>();
  CLI::App* vkey = add("vkey", "the key that signs the ledger, for verify --vkey", key_line, "Proving");
  add_json(*vkey, key_line, "one JSON object (schema ppn.ledger-vkey/1)");
  vkey->footer("Example:\n  ppn ledger vkey --ledger own\n");
  to_->push_back({vkey, [=] {
                    return run_reading(*key_line, {},
                                       [](const ledger_reader& by) { return show_vkey(by); });
                  },
                  {"ppn.ledger-vkey/1"}});

  auto proof_line = std::make_shared<ledger_line>();
  auto index = std::make_shared<std::uint64_t>(0);
  auto output = std::make_shared<std::string>();
  CLI::App* prove = add("prove", "a proof (tlog-proof) that an entry is in the ledger", proof_line,
                        "Proving");
  prove->add_option("INDEX", *index, "number of the entry, from 0")->required()
    ->check(CLI::NonNegativeNumber);
  prove->add_option("--output", *output, "file that appears when it is whole; else standard output");
  prove->footer("Example:\n  ppn ledger prove 17 --output entry-17.proof\n");
  to_->push_back({prove, [=] {
                    return run_reading(*proof_line, *output, [&](const ledger_reader& by) {
                      return prove_entry(by, *index);
                    });
                  }});
}

std::string tiles_text(const log::write_report& done, const std::string& folder, bool json) {
  if (!json)
    return folder + ": " + std::to_string(done.size) + " entries, " + std::to_string(done.written) +
           " files written, " + std::to_string(done.kept) + " kept\n";
  nlohmann::ordered_json document{{"schema", "ppn.ledger-tiles/1"}, {"size", done.size},
                                  {"written", done.written},        {"kept", done.kept},
                                  {"octets", done.octets}};
  return document.dump(2) + '\n';
}

void ledger_verbs::add_tiles() {
  auto line = std::make_shared<ledger_line>();
  auto folder = std::make_shared<std::string>();
  auto options = std::make_shared<ledger_tiles_options>();
  CLI::App* verb = add("tiles", "write the ledger as tlog-tiles, or bring a folder of them up to date",
                       line, "Proving");
  verb->add_option("DIR", *folder, "the folder; what is above it has to be there")->required();
  verb->add_option("--vkey", options->vkey, "the log's key; else the one that the node names");
  add_json(*verb, line, "one JSON object (schema ppn.ledger-tiles/1)");
  verb->footer("Example:\n  ppn ledger tiles /srv/ledger && ppn ledger verify --tiles /srv/ledger"
               " --vkey \"$(ppn ledger vkey)\"\n");
  to_->push_back({verb, [=] {
                    return run_connected(*line, [&](control_channel& daemon) -> status {
                      options->which = line->which();
                      options->progress = errors_on_terminal();
                      auto place = open_tile_folder(*folder, folder_use::write);
                      if (!place) return fail(place.error());
                      auto done = write_ledger_tiles(daemon, *options, **place);
                      if (!done) return fail(done.error());
                      return print(tiles_text(*done, *folder, line->json));
                    });
                  },
                  {"ppn.ledger-tiles/1", verb_effect::files}});
}

void ledger_verbs::add_verify() {
  auto line = std::make_shared<ledger_line>();
  auto given = std::make_shared<verify_line>();
  ledger_verify_options& options = given->tiles;
  CLI::App* verb = add("verify", "hash every entry, compute the tree anew, check the signatures", line,
                       "Proving");
  verb->add_option("--tiles", options.tiles, "a folder of tiles instead of a running node");
  verb->add_option("--vkey", options.vkeys,
                   "the log's key; with --tiles once for each term, the later ones as KEY@SIZE");
  verb->add_option("--witness", options.witnesses, "key of a witness; may be given again");
  CLI::Option* quorum = verb->add_option("--quorum", given->quorum,
                                         "witnesses that must have signed; else more than half");
  verb->add_option("--checkpoint", options.checkpoint,
                   "with --tiles: a signed checkpoint of an earlier audit");
  verb->add_flag("--growing", options.growing, "with --tiles: a writer may be at work there");
  verb->add_flag("!--no-progress", options.progress, "no progress bar");
  add_json(*verb, line, "one JSON object (schema ppn.ledger-verify/1)");
  verb->footer("A running node's ledger must extend what was verified here before; the newest"
               " verified checkpoint\nis kept in $XDG_STATE_HOME/ppn (~/.local/state/ppn)."
               "\nExamples:\n  ppn ledger verify --node laptop-b\n"
               "  ppn ledger verify --tiles /srv/ledger --vkey KEY --witness KEY --witness KEY\n");
  to_->push_back({verb, [=] {
                    given->has_quorum = quorum->count() > 0;
                    return given->tiles.tiles.empty() ? run_live_verify(*line, *given)
                                                      : run_tile_verify(*line, *given);
                  },
                  {"ppn.ledger-verify/1"}});
}

void ledger_verbs::add_writing() {
  auto line = std::make_shared<ledger_line>();
  auto options = std::make_shared<ledger_note_options>();
  CLI::App* note = add("note", "enter a remark, for ever", line, "Writing");
  note->add_option("--reason", options->reason, "the text")->required();
  note->add_option("--count", options->count, "so often, with a number behind it: fills test ledgers");
  note->add_flag("--yes", options->yes, "also a text that looks like a secret");
  note->add_flag("--dry-run", options->dry_run, "say what would be entered, enter nothing");
  add_json(*note, line, "one JSON object (schema ppn.ledger-note/1)");
  note->footer("Example:\n  ppn ledger note --reason \"laptop-b moved to the cellar\"\n");
  to_->push_back({note, [=] {
                    return run_connected(*line, [&](control_channel& daemon) -> status {
                      options->which = line->which();
                      options->json = line->json;
                      options->progress = options->count > 1 && errors_on_terminal();
                      sodium_entropy random;
                      standard_output output;
                      status done =
                        write_notes(*options, {daemon, random, output, [&](const std::string& text) {
                                                 return ask_person(line->interrupt, text);
                                               }});
                      return done ? output.finish() : done;
                    });
                  },
                  {"ppn.ledger-note/1", verb_effect::changes}});

  auto restore_line = std::make_shared<ledger_line>();
  auto from = std::make_shared<std::string>();
  CLI::App* restore = parent_->add_subcommand(
    "restore", "catch up the fleet's ledger from another member's verified copy");
  restore->group("Writing");
  add_place(*restore, restore_line->where);
  restore->add_option("--from", *from, "name of the member")->required();
  add_json(*restore, restore_line, "one JSON object (schema ppn.ledger-restore/1)");
  restore->footer("Example:\n  ppn ledger restore --node laptop-a --from laptop-b\n");
  to_->push_back({restore, [=] {
                    return run_connected(*restore_line, [&](control_channel& daemon) {
                      standard_output output;
                      status done = restore_ledger(daemon, *from, output, restore_line->json);
                      return done ? output.finish() : done;
                    });
                  },
                  {"ppn.ledger-restore/1", verb_effect::acts}});
}

} // namespace

void add_ledger_verbs(CLI::App& app, verb_list& to) {
  CLI::App* ledger = app.add_subcommand("ledger", "read, prove and write the ledgers of a node");
  ledger->group("Ledgers");
  ledger->require_subcommand(1);
  ledger->footer("Examples:\n"
                 "  ppn ledger tail -f\n"
                 "  ppn ledger show 17 --ledger own\n"
                 "  ppn ledger export --format jsonl | jq .kind\n"
                 "  ppn ledger prove 17 --output entry-17.proof\n"
                 "  ppn ledger verify --node laptop-b\n");
  ledger_verbs verbs(*ledger, to);
  verbs.add_reading();
  verbs.add_export();
  verbs.add_checkpoints();
  verbs.add_tiles();
  verbs.add_verify();
  verbs.add_writing();
}

} // namespace ppn
