// `ppn`, the operator's command line: asks one node's daemon over its control socket and shows the
// answer. It decides nothing. Exit codes are those of the error (design D12); every error is one
// line on stderr.
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

int report(const error& what) {
  std::fprintf(stderr, "ppn: %s\n", text::plain(render(what)).c_str());
  return exit_code(what.code);
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

int usage_error(const CLI::ParseError& problem) {
  std::string text = text::plain(problem.what());
  std::fprintf(stderr, "ppn: %s; see ppn --help\n", text.c_str());
  return exit_code(ec::invalid);
}

constexpr const char* examples = R"(Examples:
  ppn status --node laptop-a --watch
  ppn ledger tail -f
  ppn ledger note --reason "replaced the disk of laptop-b"
  ppn ledger verify --node laptop-b
  ppn ledger --help

Exit codes: 0 done, 1 failed, 2 usage, 3 refused, 4 unreachable, 5 conflict or stale,
6 needs confirmation, 7 integrity.)";

int run(int argc, char** argv) {
  CLI::App app{"ppn: the fleet as its nodes see it"};
  app.require_subcommand(1);
  app.footer(examples);
  verb_list verbs;
  add_status_verbs(app, verbs);
  add_ledger_verbs(app, verbs);
  add_fleet_verbs(app, verbs);
  CLI::App* version = app.add_subcommand("version", "print the version of this program");
  version->group("This program");
  verbs.push_back({version, [] { return report(print("ppn " PPN_VERSION "\n")); }});
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& problem) {
    return usage_error(problem);
  }
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
