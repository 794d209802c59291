#include "runtime/daemon/pairing_session.hpp"

#include <caf/io/middleman.hpp>
#include <caf/send.hpp>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>

namespace ppn {

pairing_session::system_configuration::system_configuration() {
  load<caf::io::middleman>();
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", 2u);
  set("logger.verbosity", caf::atom("quiet"));
}

pairing_session::pairing_session() : system_(config_), network_(system_) {}

pairing_session::~pairing_session() {
  if (actor_) caf::anon_send(actor_, pairing_refused{});
  actor_ = nullptr;
  network_.stop(); // what was written gets its second to go out
}

result<std::unique_ptr<pairing_session>> pairing_session::start(const pairing_options& options,
                                                                cells& durable) {
  std::unique_ptr<pairing_session> made(new pairing_session);
  auto actor = spawn_pairing(made->system_, options,
                             {made->time_, made->random_, made->network_, durable, *made});
  if (!actor) return fail(actor.error());
  made->actor_ = *actor;
  return made;
}

std::optional<pairing_event> pairing_session::wait(milliseconds most) {
  std::unique_lock lock(mutex_);
  if (!came_.wait_for(lock, std::chrono::nanoseconds(most), [this] { return !events_.empty(); }))
    return std::nullopt;
  pairing_event first = std::move(events_.front());
  events_.pop_front();
  return first;
}

void pairing_session::confirm(bytes record) { caf::anon_send(actor_, pairing_confirmed{std::move(record)}); }

void pairing_session::refuse() { caf::anon_send(actor_, pairing_refused{}); }

void pairing_session::add(pairing_event what) {
  {
    std::lock_guard lock(mutex_);
    events_.push_back(std::move(what));
  }
  came_.notify_one();
}

void pairing_session::on_open(const std::string& code, const stream_endpoint& at) {
  add({pairing_event::kind::open, code, at.address});
}

void pairing_session::on_compare(const std::string& sas, const crypto::ceremony_party& peer,
                                 const std::string& from) {
  add({pairing_event::kind::compare, sas, from, peer});
}

void pairing_session::on_record(const bytes& record) {
  pairing_event what{pairing_event::kind::record, {}, {}};
  what.record = record;
  add(std::move(what));
}

void pairing_session::on_attempt(const std::string& from, std::string_view why, int charges,
                                 bool burned) {
  pairing_event what{pairing_event::kind::attempt,
                     std::string(why) + ", " + std::to_string(charges) + " of 3 guesses spent", from};
  what.good = burned;
  add(std::move(what));
}

void pairing_session::on_end(bool done, std::string_view why) {
  pairing_event what{pairing_event::kind::ended, std::string(why), {}};
  what.good = done;
  add(std::move(what));
}

result<code_at> parse_code_at(const std::string& text) {
  const std::size_t mark = text.find('@');
  if (mark == text.npos || mark == 0 || mark + 1 == text.size())
    return fail(ec::invalid, "a code that is typed comes with the place where it is shown: CODE@ADDRESS");
  code_at to{text.substr(0, mark), {text.substr(mark + 1), pairing_port}};
  const std::size_t colon = to.at.address.rfind(':');
  if (colon == text.npos || to.at.address.find(':') != colon) return to; // none, or IPv6
  const char* last = to.at.address.data() + to.at.address.size();
  auto [end, problem] = std::from_chars(to.at.address.data() + colon + 1, last, to.at.port);
  if (problem != std::errc{} || end != last || to.at.port == 0)
    return fail(ec::invalid, "'" + to.at.address + "' is no ADDRESS or ADDRESS:PORT");
  to.at.address.resize(colon);
  return to;
}

bool confirm_letters(const std::string& sas, const std::string& from) {
  std::fprintf(stderr,
               "\n    %s\n\nThe peer at %s knows the code. Do both screens show these letters?"
               " If not, somebody is in between.\nType yes if they are the same: ",
               sas.c_str(), from.c_str());
  char answer[16] = {};
  if (std::fgets(answer, sizeof answer, stdin) == nullptr) return false;
  return std::strcmp(answer, "yes\n") == 0;
}

} // namespace ppn
