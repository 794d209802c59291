// What the verbs that talk to a daemon share: a connection, a person to ask, the administrator's key.
#include "runtime/adapters/admin_key_file.hpp"
#include "runtime/adapters/passphrase.hpp"
#include "runtime/cli/control_client.hpp"
#include "runtime/ppn_verbs.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <unistd.h>

namespace ppn {

namespace {

constexpr seconds answer_deadline{60};

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

} // namespace

int run_with_daemon(const socket_choice& where, const std::function<status(control_channel&)>& verb) {
  auto path = find_socket(where);
  if (!path) return report(path.error());
  int interrupt = stop_signals();
  if (interrupt < 0) return report(error{ec::internal, "cannot wait for signals"});
  auto session = control_session::open({*path, answer_deadline, interrupt});
  if (!session) return report(session.error());
  control_channel channel([&](const control_request& request) { return session->send(request); },
                          [&] { return session->receive(); });
  return report(verb(channel));
}

// -- the administrator's key -----------------------------------------------------------------------------

void add_admin_key(CLI::App& verb, admin_key_choice& key) {
  verb.add_option("--admin-key", key.file,
                  "file of the administrator's key ($PPN_ADMIN_KEY, $PPN_HOME/admin.key)");
  verb.add_option("--passphrase-file", key.passphrase_file,
                  "file whose first line is its passphrase ($PPN_ADMIN_PASSPHRASE_FILE)");
}

result<std::string> admin_key_path(const admin_key_choice& key) {
  if (!key.file.empty()) return key.file;
  if (std::string file = from_environment("PPN_ADMIN_KEY"); !file.empty()) return file;
  if (std::string home = from_environment("PPN_HOME"); !home.empty()) return home + "/admin.key";
  return fail(ec::invalid, "no administrator's key: give --admin-key FILE, or set PPN_ADMIN_KEY");
}

result<crypto::secret> chosen_passphrase(const admin_key_choice& key, bool is_new) {
  std::string file = key.passphrase_file;
  if (file.empty()) file = from_environment("PPN_ADMIN_PASSPHRASE_FILE");
  if (!file.empty()) return passphrase_of_file(file);
  return is_new ? new_passphrase() : known_passphrase();
}

result<crypto::signing_key> load_chosen_key(const admin_key_choice& key) {
  auto path = admin_key_path(key);
  if (!path) return fail(path.error());
  return load_admin_key(*path, [&] { return chosen_passphrase(key, false); });
}

// -- a person --------------------------------------------------------------------------------------------

result<bool> ask_person(int interrupt, const std::string& question) {
  if (::isatty(STDIN_FILENO) != 1) return fail(ec::needs_confirmation, "there is nobody to ask");
  std::fprintf(stderr, "%s Type yes: ", question.c_str());
  // A terminal hands over whole lines, so what is readable can be read without waiting.
  std::array<pollfd, 2> set{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{interrupt, POLLIN, 0}};
  while (::poll(set.data(), set.size(), -1) < 0)
    if (errno != EINTR) return fail(ec::io_failed, "cannot wait for an answer");
  if (set[1].revents != 0) return fail(ec::stopping, "interrupted");
  char answer[16] = {};
  if (std::fgets(answer, sizeof answer, stdin) == nullptr) return false;
  return std::string_view(answer) == "yes\n";
}

} // namespace ppn
