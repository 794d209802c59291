// One join ceremony: listens where the code is shown, dials where it is typed, and ends by itself. While it
// lives its port is open; when it is gone nothing of it is left: no port, no secret, no actor.
#pragma once

#include "messages/joining.hpp"
#include "runtime/crypto/ceremony_machine.hpp"
#include "runtime/ports/clock.hpp"
#include "runtime/ports/entropy.hpp"
#include "runtime/ports/stream.hpp"
#include "storage/cells.hpp"

namespace ppn {

inline constexpr std::uint16_t pairing_port = 9202;

namespace pairing_limits {

inline constexpr std::size_t connections = 16;
inline constexpr std::size_t connections_per_address = 2;
// Each is one guess at most, and costs about 0.1 ms; the deadline of a handshake bounds how long one lasts.
inline constexpr std::size_t starts_per_second = 10;
inline constexpr nanoseconds between_starts_of_address{seconds{1}};
inline constexpr std::size_t addresses_remembered = 1'024;
inline constexpr milliseconds redial{1'000};

} // namespace pairing_limits

// What the operator is to see. Called from the actor; must not call back into it.
class pairing_screen {
public:
  virtual ~pairing_screen() = default;
  virtual void on_open(const std::string& code, const stream_endpoint& at) = 0; // where a code is shown
  virtual void on_compare(const std::string& sas, const crypto::ceremony_party& peer,
                          const std::string& from) = 0;
  virtual void on_record(const bytes& record) = 0; // what the peer sealed
  // A run ended without success; `burned`: by then no code can be right any more.
  virtual void on_attempt(const std::string& from, std::string_view why, int charges, bool burned) = 0;
  // The actor ends now; `done`: both sides have what they need.
  virtual void on_end(bool done, std::string_view why) = 0;
};

struct pairing_options {
  crypto::ceremony_party self;
  std::string typed;        // the code, where it is typed; empty: one is drawn and shown
  stream_endpoint at;       // where to listen, or whom to dial
  std::string from_address; // who may try; empty: everybody. An address, or a prefix as "10.8.0.0/24"
};

struct pairing_world {
  clock& time;
  entropy& random;
  stream& network;
  cells& durable; // the cell "pairing": guesses charged on the side that types
  pairing_screen& screen;
};

// ec::invalid when the typed text is no code; ec::refused when it is burned.
result<pairing_actor> spawn_pairing(caf::actor_system& system, const pairing_options& options,
                                    const pairing_world& world);

} // namespace ppn
