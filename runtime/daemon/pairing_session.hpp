// A ceremony as a person at a terminal meets it: what happens arrives one after the other, and may be waited
// for. It has an actor system of its own, which ends with it.
#pragma once

#include "actors/pairing.hpp"
#include "runtime/adapters/sodium_entropy.hpp"
#include "runtime/adapters/system_clock.hpp"
#include "runtime/adapters/tcp_stream.hpp"

#include <caf/actor_system_config.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace ppn {

struct pairing_event {
  enum class kind : std::uint8_t { open, compare, record, attempt, ended };
  kind what = kind::ended;
  std::string text; // the code, the letters to compare, or why
  std::string from;
  crypto::ceremony_party peer = {}; // to compare
  bytes record = {};
  bool good = false; // of an end: both have what they need; of an attempt: the code is burned
};

class pairing_session final : private pairing_screen {
public:
  static result<std::unique_ptr<pairing_session>> start(const pairing_options& options, cells& durable);
  ~pairing_session() override;

  // Nothing when none came within the time.
  std::optional<pairing_event> wait(milliseconds most);
  void confirm(bytes record);
  void refuse();

private:
  struct system_configuration : caf::actor_system_config {
    system_configuration();
  };
  pairing_session();
  void add(pairing_event what);
  void on_open(const std::string& code, const stream_endpoint& at) override;
  void on_compare(const std::string& sas, const crypto::ceremony_party& peer,
                  const std::string& from) override;
  void on_record(const bytes& record) override;
  void on_attempt(const std::string& from, std::string_view why, int charges, bool burned) override;
  void on_end(bool done, std::string_view why) override;

  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<pairing_event> events_;
  system_clock time_;
  sodium_entropy random_;
  system_configuration config_;
  caf::actor_system system_;
  tcp_stream network_;
  pairing_actor actor_;
};

// "TC6D-CT5N@192.168.1.7[:PORT]"; ec::invalid says what is missing.
struct code_at {
  std::string code;
  stream_endpoint at;
};
result<code_at> parse_code_at(const std::string& text);

// Asks on standard error, reads a line of standard input: whether it is "yes".
bool confirm_letters(const std::string& sas, const std::string& from);

} // namespace ppn
