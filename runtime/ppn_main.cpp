// `ppn`, the operator's command line: asks one node's daemon over its control socket and shows the
// answer. It decides nothing. Exit codes are those of the error (design D12); every error is one
// line on stderr.
#include "runtime/cli/error_json.hpp"
#include "runtime/cli/text_table.hpp"
#include "runtime/ppn_verbs.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace ppn {

// -- errors ----------------------------------------------------------------------------------------------

namespace {

// How this process was called: its errors are for programs when its answers are.
struct invocation {
  bool json = false;
  std::string where = "ppn";
};
invocation& called() {
  static invocation one;
  return one;
}

} // namespace

int report(const error& what) {
  const int exit = exit_code(what.code);
  if (called().json)
    std::fputs(error_json(to_string(what.code), exit, what.text, called().where).c_str(), stderr);
  else
    std::fprintf(stderr, "ppn: %s\n", text::plain(render(what)).c_str());
  return exit;
}

int report(std::string_view output, std::string_view problem, int exit) {
  if (status printed = print(output); !printed) return report(printed.error());
  if (exit == 0 || !called().json)
    std::fwrite(problem.data(), 1, problem.size(), stderr);
  else if (problem.empty())
    std::fputs(error_json_of_line("the answer on stdout says why", exit, called().where).c_str(), stderr);
  else
    std::fputs(error_json_of_line(problem, exit, called().where).c_str(), stderr);
  return exit;
}

// -- output ----------------------------------------------------------------------------------------------

namespace {

// Nobody reads what we write: a full disk, say. A closed pipe ends the process by its signal.
tl::unexpected<error> output_failure() { return fail(ec::io_failed, "cannot write the answer"); }

} // namespace

status standard_output::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return {};
  return output_failure();
}

status standard_output::finish() {
  if (std::fflush(stdout) == 0) return {};
  return output_failure();
}

status print(std::string_view output) {
  standard_output to;
  status written = to.write(output);
  return written ? to.finish() : written;
}

bool on_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

bool errors_on_terminal() { return ::isatty(STDERR_FILENO) == 1; }

table_style style_of_output() {
  table_style style;
  if (!on_terminal()) return style;
  const char* no_colour = std::getenv("NO_COLOR");
  style.colour = no_colour == nullptr || *no_colour == '\0';
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) style.width = size.ws_col;
  return style;
}

// -- stopping --------------------------------------------------------------------------------------------

int stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  if (::sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) return -1;
  return ::signalfd(-1, &signals, SFD_CLOEXEC);
}

bool is_stopped_within(int signals, int wait_milliseconds) {
  pollfd interrupt{signals, POLLIN, 0};
  return ::poll(&interrupt, 1, wait_milliseconds) > 0;
}

// -- the command line ------------------------------------------------------------------------------------

void add_place(CLI::App& verb, socket_choice& where) {
  if (const char* home = std::getenv("PPN_HOME")) where.home = home;
  verb.add_option("--socket", where.socket, "path of the control socket");
  verb.add_option("--data", where.data, "data folder of the node: its control.sock");
  verb.add_option("--node", where.node, "name of the node: a folder in $PPN_HOME (/run/ppn)");
}

namespace {

// The verb that was meant, as far as it was understood.
const CLI::App& deepest(const CLI::App& app) {
  for (const CLI::App* below : app.get_subcommands()) return deepest(*below);
  return app;
}

std::string name_of(const CLI::App& app) {
  return app.get_parent() == nullptr ? "ppn" : name_of(*app.get_parent()) + ' ' + app.get_name();
}

int usage_error(const CLI::ParseError& problem, const CLI::App& app) {
  called().where = name_of(deepest(app));
  std::string text = text::plain(problem.what());
  if (called().json) return report(error{ec::invalid, text});
  std::fprintf(stderr, "ppn: %s; see %s --help\n", text.c_str(), called().where.c_str());
  return exit_code(ec::invalid);
}

// Before the line is parsed: an error of its parsing is for programs as well.
bool asks_for_json(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--") return false;
    if (std::string_view(argv[i]) == "--json") return true;
  }
  return false;
}

constexpr const char* examples = R"(Examples:
  ppn status --node laptop-a --watch
  ppn ledger tail -f
  ppn ledger note --reason "replaced the disk of laptop-b"
  ppn ledger verify --node laptop-b
  ppn ledger --help

Exit codes: 0 done, 1 failed, 2 usage, 3 refused, 4 unreachable, 5 conflict or stale,
6 needs confirmation, 7 integrity.)";

void add_version(CLI::App& app, verb_list& to) {
  auto json = std::make_shared<bool>(false);
  CLI::App* version = app.add_subcommand("version", "print the version of this program");
  version->group("This program");
  version->add_flag("--json", *json, "one JSON object (schema ppn.version/1)");
  version->footer("Example:\n  ppn version\n");
  to.push_back({version,
                [json] {
                  return report(print(
                    *json ? "{\"schema\": \"ppn.version/1\", \"version\": \"" PPN_VERSION "\"}\n"
                          : "ppn " PPN_VERSION "\n"));
                },
                {"ppn.version/1"}});
}

int run(int argc, char** argv) {
  CLI::App app{"ppn: the fleet as its nodes see it"};
  app.require_subcommand(1);
  app.footer(examples);
  verb_list verbs;
  add_status_verbs(app, verbs);
  add_ledger_verbs(app, verbs);
  add_fleet_verbs(app, verbs);
  add_admin_verbs(app, verbs);
  add_node_verbs(app, verbs);
  add_pair_verbs(app, verbs);
  add_place_verbs(app, verbs);
  add_table_verbs(app, verbs);
  add_version(app, verbs);
  called().json = asks_for_json(argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& problem) {
    return usage_error(problem, app);
  }
  called().where = name_of(deepest(app));
  for (const verb& each : verbs)
    if (each.app->parsed()) return each.run();
  return 0;
}

} // namespace

} // namespace ppn

int main(int argc, char** argv) {
  try {
    return ppn::run(argc, argv);
  } catch (const std::exception& problem) {
    return ppn::report(ppn::error{ppn::ec::internal, problem.what()});
  }
}
