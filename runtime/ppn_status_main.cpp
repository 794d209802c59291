// `ppn status` and `ppn reload`: one question to one node, once or each second.
#include "runtime/cli/control_client.hpp"
#include "runtime/cli/status_json.hpp"
#include "runtime/cli/text_table.hpp"
#include "runtime/ppn_verbs.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

namespace ppn {

namespace {

constexpr int refresh_milliseconds = 1000;
constexpr seconds watch_deadline{3};

struct status_line {
  socket_choice where;
  bool json = false;
  bool watch = false;
};

std::string render_status(const result<status_reply>& reply, bool json, json_layout layout,
                          const table_style& style) {
  if (json)
    return (reply ? status_json(*reply, layout) : status_error_json(reply.error(), layout)) + '\n';
  return reply ? status_table(*reply, style) : status_error_text(reply.error(), style);
}

// -- watching --------------------------------------------------------------------------------------------

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
  bool first = true;
  for (;;) {
    auto reply = ask_status(endpoint);
    if (!reply && reply.error().code == ec::stopping) return 0;
    std::string picture = render_status(reply, json, json_layout::one_line, style_of_screen());
    bool blocks = !json && !on_terminal();
    if (auto printed = print((blocks && !first ? "\n" : "") + output.in_place(picture)); !printed)
      return report(printed.error());
    first = false;
    if (is_stopped_within(endpoint.interrupt, refresh_milliseconds)) return 0;
  }
}

// -- verbs -----------------------------------------------------------------------------------------------

int run_status(const status_line& given) {
  auto path = find_socket(given.where);
  if (!path) return report(path.error());
  control_endpoint endpoint;
  endpoint.path = *path;
  if (given.watch) {
    endpoint.deadline = watch_deadline;
    endpoint.interrupt = stop_signals();
    if (endpoint.interrupt < 0) return report(error{ec::internal, "cannot wait for signals"});
    return watch(endpoint, given.json);
  }
  auto reply = ask_status(endpoint);
  if (!reply) return report(reply.error());
  return report(print(render_status(reply, given.json, json_layout::indented, style_of_output())));
}

std::string reload_line(std::string_view what, const std::vector<std::string>& keys) {
  std::string to{what};
  for (const std::string& key : keys)
    to += ' ' + text::plain(key);
  return to + '\n';
}

std::string reload_json(const reload_reply& reply) {
  return nlohmann::ordered_json{{"schema", "ppn.reload/1"},
                                {"changed", reply.changed},
                                {"deferred", reply.deferred}}
           .dump(2, ' ', true) +
         '\n';
}

int run_reload(const socket_choice& where, bool json) {
  auto path = find_socket(where);
  if (!path) return report(path.error());
  control_endpoint endpoint;
  endpoint.path = *path;
  auto reply = ask_reload(endpoint);
  if (!reply) return report(reply.error());
  if (json) return report(print(reload_json(*reply)));
  std::string output;
  if (!reply->changed.empty()) output += reload_line("in effect:", reply->changed);
  if (!reply->deferred.empty()) output += reload_line("needs a restart:", reply->deferred);
  if (output.empty()) output = "nothing changed\n";
  return report(print(output));
}

} // namespace

void add_status_verbs(CLI::App& app, verb_list& to) {
  auto given = std::make_shared<status_line>();
  CLI::App* status_verb = app.add_subcommand("status", "show the fleet as one node knows it");
  status_verb->group("Nodes");
  add_place(*status_verb, given->where);
  status_verb->add_flag("--json", given->json, "one JSON object (schema ppn.status/1)");
  status_verb->add_flag("--watch", given->watch, "again each second until Ctrl-C");
  status_verb->footer("Examples:\n  ppn status --node laptop-a\n  ppn status --json | jq .members\n");
  to.push_back({status_verb, [given] { return run_status(*given); }, {"ppn.status/1"}});

  auto where = std::make_shared<socket_choice>();
  CLI::App* reload_verb =
      app.add_subcommand("reload", "make a daemon read its configuration again");
  reload_verb->group("Nodes");
  add_place(*reload_verb, *where);
  auto json = std::make_shared<bool>(false);
  reload_verb->add_flag("--json", *json, "one JSON object (schema ppn.reload/1)");
  reload_verb->footer("Example:\n  ppn reload --node laptop-a\n");
  to.push_back({reload_verb, [=] { return run_reload(*where, *json); }, {"ppn.reload/1", verb_effect::acts}});
}

} // namespace ppn
