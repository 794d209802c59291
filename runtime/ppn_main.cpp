// `ppn`, the operator's command line: asks one node's daemon over its control socket and shows the
// answer. It holds no state and decides nothing. Exit codes are those of the error (design D12);
// every error is one line on stderr.
#include "runtime/cli/control_client.hpp"
#include "runtime/cli/socket_path.hpp"
#include "runtime/cli/status_json.hpp"
#include "runtime/cli/status_table.hpp"
#include "runtime/cli/text_table.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace {

using namespace ppn;

constexpr int refresh_milliseconds = 1000;
constexpr seconds watch_deadline{3};

struct command_line {
  socket_choice where;
  bool json = false;
  bool watch = false;
};

int report(const error& what) {
  std::fprintf(stderr, "ppn: %s\n", text::plain(render(what)).c_str());
  return exit_code(what.code);
}

// Nobody reads what we write: a full disk, say. A closed pipe ends the process by its signal.
status print(const std::string& output) {
  if (std::fwrite(output.data(), 1, output.size(), stdout) == output.size() &&
      std::fflush(stdout) == 0)
    return {};
  return fail(ec::io_failed, "cannot write the answer");
}

bool on_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

table_style style_of_output() {
  table_style style;
  if (!on_terminal()) return style;
  const char* no_colour = std::getenv("NO_COLOR");
  style.colour = no_colour == nullptr || *no_colour == '\0';
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) style.width = size.ws_col;
  return style;
}

std::string render_status(const result<status_reply>& reply, bool json, json_layout layout,
                          const table_style& style) {
  if (json)
    return (reply ? status_json(*reply, layout) : status_error_json(reply.error(), layout)) + '\n';
  return reply ? status_table(*reply, style) : status_error_text(reply.error(), style);
}

// -- watching -------------------------------------------------------------------------------------

// Ctrl-C and SIGTERM arrive here instead of ending the process, so that the cursor comes back.
int stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  if (::sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) return -1;
  return ::signalfd(-1, &signals, SFD_CLOEXEC);
}

// Hides the cursor while one picture replaces the other in place.
class screen {
public:
  explicit screen(bool active) : active_(active) {
    if (active_) std::fputs("\x1b[?25l\x1b[2J", stdout);
  }
  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;
  ~screen() {
    if (!active_) return;
    std::fputs("\x1b[?25h", stdout);
    std::fflush(stdout);
  }

  // Each line clears what stood behind it, the last one what stood below.
  std::string in_place(const std::string& picture) const {
    if (!active_) return picture;
    std::string to = "\x1b[H";
    for (char c : picture)
      to += c == '\n' ? std::string{"\x1b[K\n"} : std::string{c};
    return to + "\x1b[J";
  }

private:
  bool active_;
};

// The last line of a terminal stays free: a line feed there would scroll.
table_style style_of_screen() {
  table_style style = style_of_output();
  winsize size{};
  if (on_terminal() && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 1)
    style.height = size.ws_row - 1u;
  return style;
}

int watch(const control_endpoint& endpoint, bool json) {
  screen output(on_terminal() && !json);
  pollfd interrupt{endpoint.interrupt, POLLIN, 0};
  bool first = true;
  for (;;) {
    auto reply = ask_status(endpoint);
    if (!reply && reply.error().code == ec::stopping) return 0;
    std::string picture = render_status(reply, json, json_layout::one_line, style_of_screen());
    bool blocks = !json && !on_terminal();
    if (auto printed = print((blocks && !first ? "\n" : "") + output.in_place(picture)); !printed)
      return report(printed.error());
    first = false;
    if (::poll(&interrupt, 1, refresh_milliseconds) > 0) return 0;
  }
}

// -- verbs ----------------------------------------------------------------------------------------

int run_status(const command_line& given) {
  auto path = find_socket(given.where);
  if (!path) return report(path.error());
  control_endpoint endpoint;
  endpoint.path = *path;
  if (given.watch) {
    endpoint.deadline = watch_deadline;
    endpoint.interrupt = stop_signals();
    if (endpoint.interrupt < 0) return report({ec::internal, "cannot wait for signals"});
    return watch(endpoint, given.json);
  }
  auto reply = ask_status(endpoint);
  if (!reply) return report(reply.error());
  auto printed = print(render_status(reply, given.json, json_layout::indented, style_of_output()));
  return printed ? 0 : report(printed.error());
}

std::string reload_line(std::string_view what, const std::vector<std::string>& keys) {
  std::string to{what};
  for (const std::string& key : keys)
    to += ' ' + text::plain(key);
  return to + '\n';
}

int run_reload(const command_line& given) {
  auto path = find_socket(given.where);
  if (!path) return report(path.error());
  control_endpoint endpoint;
  endpoint.path = *path;
  auto reply = ask_reload(endpoint);
  if (!reply) return report(reply.error());
  std::string output;
  if (!reply->changed.empty()) output += reload_line("in effect:", reply->changed);
  if (!reply->deferred.empty()) output += reload_line("needs a restart:", reply->deferred);
  if (output.empty()) output = "nothing changed\n";
  auto printed = print(output);
  return printed ? 0 : report(printed.error());
}

int run_version() {
  auto printed = print("ppn " PPN_VERSION "\n");
  return printed ? 0 : report(printed.error());
}

void add_place(CLI::App& verb, command_line& given) {
  verb.add_option("--socket", given.where.socket, "path of the control socket");
  verb.add_option("--data", given.where.data, "data folder of the node: its control.sock");
  verb.add_option("--node", given.where.node, "name of the node: a folder in $PPN_HOME (/run/ppn)");
}

int usage_error(const CLI::ParseError& problem) {
  std::string text = text::plain(problem.what());
  std::fprintf(stderr, "ppn: %s; see ppn --help\n", text.c_str());
  return exit_code(ec::invalid);
}

int run(int argc, char** argv) {
  CLI::App app{"ppn: the fleet as its nodes see it"};
  app.require_subcommand(1);
  command_line given;
  if (const char* home = std::getenv("PPN_HOME")) given.where.home = home;
  CLI::App* status_verb = app.add_subcommand("status", "show the fleet as one node knows it");
  add_place(*status_verb, given);
  status_verb->add_flag("--json", given.json, "one JSON object (schema ppn.status/1)");
  status_verb->add_flag("--watch", given.watch, "again each second until Ctrl-C");
  CLI::App* reload_verb =
      app.add_subcommand("reload", "make a daemon read its configuration again");
  add_place(*reload_verb, given);
  CLI::App* version_verb = app.add_subcommand("version", "print the version of this program");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& problem) {
    return usage_error(problem);
  }
  if (*status_verb) return run_status(given);
  if (*reload_verb) return run_reload(given);
  return *version_verb ? run_version() : 0;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& problem) {
    return report({ec::internal, problem.what()});
  }
}
