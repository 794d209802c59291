// `ppn admin`: keys of administrators, made and recovered here, added and removed by signed orders.
#include "runtime/adapters/admin_key_file.hpp"
#include "runtime/adapters/qr_text.hpp"
#include "runtime/adapters/sodium_entropy.hpp"
#include "runtime/cli/admin_keys.hpp"
#include "runtime/cli/admin_orders.hpp"
#include "runtime/crypto/key_words.hpp"
#include "runtime/ppn_verbs.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace ppn {

namespace {

struct admin_line {
  socket_choice where;
  admin_key_choice key;
  bool json = false;
  std::string subject; // FILE, KEY or WHO
  std::string label;
  std::string reason;
  bool qr = false;
  bool dry_run = false;
};

using ordering_verb = std::function<status(const admin_order_world& world)>;

int run_order(const admin_line& line, const ordering_verb& verb) {
  auto admin = load_chosen_key(line.key);
  if (!admin) return report(admin.error());
  return run_with_daemon(line.where, [&](control_channel& daemon) -> status {
    sodium_entropy random;
    standard_output output;
    status done = verb({daemon, *admin, random, output, line.json, line.dry_run});
    return done ? output.finish() : done;
  });
}

// The public key in hex, or the file of a key.
result<signing_public> key_named(const std::string& text) {
  if (auto key = signing_public::from_hex_text(text)) return *key;
  return public_admin_key(text);
}

// -- without a daemon ------------------------------------------------------------------------------------

int run_keygen(const admin_keygen_options& given, const admin_key_choice& key) {
  sodium_entropy random;
  crypto::secret seed(32);
  random.fill(seed.span());
  const admin_keygen_answer answer = make_admin_key(
    given, {[&] { return chosen_passphrase(key, true); },
            [&](const std::string& file, const crypto::secret* passphrase) {
              return store_admin_key(file, seed, passphrase, random);
            }});
  int code = report(answer.output, answer.problem, answer.exit);
  if (code != 0 || !given.sheet) return code;
  crypto::secret words = crypto::words_of_seed(seed.view());
  std::fputs("ppn: the recovery sheet: whoever has these words has the key. Write them down.\n", stderr);
  std::fwrite(words.data(), 1, words.size(), stderr);
  std::fputc('\n', stderr);
  std::fputs(qr_text(text_of(words.view())).c_str(), stderr);
  return code;
}

std::string key_text(const signing_public& key, const std::string& file, bool json, const char* schema) {
  if (!json) return key.hex() + '\n';
  nlohmann::ordered_json document{{"schema", schema}};
  if (!file.empty()) document["file"] = file;
  document["public"] = key.hex();
  document["fingerprint"] = crypto::fingerprint(key);
  return document.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

// Words come from the standard input, so that they are in no history and in no list of processes.
result<crypto::secret> read_words() {
  if (::isatty(STDIN_FILENO) == 1)
    std::fputs("Words of the recovery sheet, then an empty line:\n", stderr);
  crypto::secret text(1024);
  std::size_t size = 0;
  for (int last = 0, c = std::fgetc(stdin); c != EOF && size < text.size(); c = std::fgetc(stdin)) {
    if (c == '\n' && last == '\n') break;
    text.data()[size++] = static_cast<octet>(c);
    last = c;
  }
  return crypto::seed_of_words(text.view().first(size));
}

int run_recover(const admin_line& line, bool no_passphrase) {
  auto seed = read_words();
  if (!seed) return report(seed.error());
  crypto::secret passphrase;
  if (!no_passphrase) {
    auto chosen = chosen_passphrase(line.key, true);
    if (!chosen) return report(chosen.error());
    passphrase = std::move(*chosen);
  }
  sodium_entropy random;
  auto key = store_admin_key(line.subject, *seed, no_passphrase ? nullptr : &passphrase, random);
  if (!key) return report(key.error());
  return report(print(key_text(*key, line.subject, line.json, "ppn.admin-recover/1")));
}

int run_fingerprint(const admin_line& line) {
  auto key = key_named(line.subject);
  if (!key) return report(key.error());
  if (line.json) return report(print(key_text(*key, {}, true, "ppn.admin-fingerprint/1")));
  std::string text = crypto::fingerprint(*key) + '\n';
  if (line.qr) text += qr_text(key->hex());
  return report(print(text));
}

// -- the command line ------------------------------------------------------------------------------------

void add_key_files(CLI::App& admin, verb_list& to) {
  auto given = std::make_shared<admin_keygen_options>();
  auto key = std::make_shared<admin_key_choice>();
  CLI::App* keygen = admin.add_subcommand("keygen", "make the key of an administrator");
  keygen->add_option("FILE", given->file, "the file to make; nothing is ever overwritten")->required();
  keygen->add_flag("--no-passphrase", given->no_passphrase, "for fleets that are thrown away");
  keygen->add_option("--passphrase-file", key->passphrase_file, "file whose first line protects the key");
  keygen->add_flag("--sheet", given->sheet, "print the recovery sheet, this once, to standard error");
  keygen->add_flag("--json", given->json, "one JSON object (schema ppn.admin-keygen/1)");
  keygen->footer("Example:\n  ppn admin keygen admin.key --sheet\n");
  to.push_back({keygen, [given, key] { return run_keygen(*given, *key); },
                {"ppn.admin-keygen/1", verb_effect::files}});

  auto line = std::make_shared<admin_line>();
  auto open = std::make_shared<bool>(false);
  CLI::App* recover = admin.add_subcommand("recover", "make a key's file again from its recovery sheet");
  recover->add_option("FILE", line->subject, "the file to make; nothing is ever overwritten")->required();
  recover->add_option("--passphrase-file", line->key.passphrase_file,
                      "file whose first line protects the key");
  recover->add_flag("--no-passphrase", *open, "for fleets that are thrown away");
  recover->add_flag("--json", line->json, "one JSON object (schema ppn.admin-recover/1)");
  recover->footer("The 24 words are read from standard input.\nExample:\n  ppn admin recover admin.key\n");
  to.push_back({recover, [line, open] { return run_recover(*line, *open); },
                {"ppn.admin-recover/1", verb_effect::files}});

  auto shown = std::make_shared<admin_line>();
  CLI::App* fingerprint = admin.add_subcommand("fingerprint", "six words that stand for a public key");
  fingerprint->add_option("KEY", shown->subject, "a public key in hex, or the file of a key")->required();
  fingerprint->add_flag("--qr", shown->qr, "and the key as a code for a camera");
  fingerprint->add_flag("--json", shown->json, "one JSON object (schema ppn.admin-fingerprint/1)");
  fingerprint->footer("Example:\n  ppn admin fingerprint admin.key --qr\n");
  to.push_back({fingerprint, [shown] { return run_fingerprint(*shown); }, {"ppn.admin-fingerprint/1"}});
}

CLI::App* add_order(CLI::App& admin, const char* name, const char* help, admin_line& line,
                    const char* subject, const char* subject_help, const char* example) {
  CLI::App* verb = admin.add_subcommand(name, help);
  verb->add_option(subject, line.subject, subject_help)->required();
  verb->add_option("--reason", line.reason, "why; it stays in the ledger");
  verb->add_flag("--json", line.json, "one JSON object (schema ppn.order/1)");
  verb->add_flag("--dry-run", line.dry_run, "look, say what would be entered, enter nothing");
  verb->footer(std::string("Example:\n  ppn admin ") + name + ' ' + example + '\n');
  add_admin_key(*verb, line.key);
  add_place(*verb, line.where);
  return verb;
}

void add_orders(CLI::App& admin, verb_list& to) {
  auto added = std::make_shared<admin_line>();
  CLI::App* add = add_order(admin, "add", "let another key administer the fleet", *added, "KEY",
                            "a public key in hex, or the file of a key",
                            "second.key --label second --reason \"a second laptop\"");
  add->add_option("--label", added->label, "whose it is");
  to.push_back({add, [added] {
                  auto key = key_named(added->subject);
                  if (!key) return report(key.error());
                  return run_order(*added, [&](const admin_order_world& world) {
                    return add_admin({*key, added->label, added->reason}, world);
                  });
                },
                {"ppn.order/1", verb_effect::changes}});

  auto removed = std::make_shared<admin_line>();
  CLI::App* remove = add_order(admin, "remove", "take an administrator's key out; never the last one",
                               *removed, "WHO", "label, fingerprint or public key",
                               "second --reason \"the laptop is sold\"");
  to.push_back({remove, [removed] {
                  return run_order(*removed, [&](const admin_order_world& world) {
                    return remove_admin({removed->subject, removed->reason}, world);
                  });
                },
                {"ppn.order/1", verb_effect::changes}});

  auto rotated = std::make_shared<admin_line>();
  CLI::App* rotate = add_order(admin, "rotate", "put another key in the place of the one that signs this",
                               *rotated, "KEY", "the new public key in hex, or the file of the new key",
                               "next.key --reason \"once a year\"");
  to.push_back({rotate, [rotated] {
                  auto key = key_named(rotated->subject);
                  if (!key) return report(key.error());
                  return run_order(*rotated, [&](const admin_order_world& world) {
                    return rotate_admin(*key, rotated->reason, world);
                  });
                },
                {"ppn.order/1", verb_effect::changes}});

  auto listed = std::make_shared<admin_line>();
  CLI::App* list = admin.add_subcommand("list", "administrators, as the ledger's entries say");
  list->add_flag("--json", listed->json, "one JSON object (schema ppn.admin-list/1)");
  list->footer("Example:\n  ppn admin list\n");
  add_place(*list, listed->where);
  to.push_back({list, [listed] {
                  return run_with_daemon(listed->where, [&](control_channel& daemon) -> status {
                    standard_output output;
                    status done = list_admins(daemon, output, listed->json);
                    return done ? output.finish() : done;
                  });
                },
                {"ppn.admin-list/1"}});
}

} // namespace

void add_admin_verbs(CLI::App& app, verb_list& to) {
  CLI::App* admin = app.add_subcommand("admin", "keys of administrators");
  admin->group("Administration");
  admin->require_subcommand(1);
  add_key_files(*admin, to);
  add_orders(*admin, to);
}

} // namespace ppn
