// What every maker of the signer port promises: a signature holds for its signer, its message and
// itself, and for nothing that differs from them in a bit. Two signers of one world check each
// other's.
#pragma once

#include "runtime/ports/signer.hpp"
#include "tests/contract/contract.hpp"

#include <memory>

namespace contract {

// Signers with different identities, for the same world.
struct signer_pair {
  std::unique_ptr<ppn::signer> ours;
  std::unique_ptr<ppn::signer> theirs;
};
using make_signers = std::function<signer_pair()>;

inline ppn::bytes signed_message(std::size_t size) {
  ppn::bytes message(size);
  for (std::size_t i = 0; i < size; ++i)
    message[i] = static_cast<ppn::octet>(i * 7);
  return message;
}

inline void a_signature_is_verified_by_its_signer_and_by_others(signer_pair& world) {
  BOOST_TEST((world.ours->identity() != world.theirs->identity()));
  BOOST_TEST(!world.ours->identity().is_zero());
  for (std::size_t size : {0, 1, 64, 1000, 100'000}) {
    ppn::bytes message = signed_message(size);
    ppn::signature sig = world.ours->sign(message);
    BOOST_TEST(world.ours->verify(world.ours->identity(), message, sig));
    BOOST_TEST(world.theirs->verify(world.ours->identity(), message, sig));
  }
}

inline void a_signature_does_not_hold_for_another_signer(signer_pair& world) {
  ppn::bytes message = signed_message(40);
  BOOST_TEST(!world.ours->verify(world.theirs->identity(), message, world.ours->sign(message)));
  BOOST_TEST(!world.theirs->verify(world.theirs->identity(), message, world.ours->sign(message)));
  BOOST_TEST(!world.ours->verify(ppn::node_id{}, message, world.ours->sign(message)));
}

inline void a_signature_does_not_hold_for_another_message(signer_pair& world) {
  ppn::bytes message = signed_message(40);
  ppn::signature sig = world.ours->sign(message);
  for (std::size_t bit = 0; bit < 8 * message.size(); bit += 3) {
    ppn::bytes other = message;
    other[bit / 8] ^= static_cast<ppn::octet>(1 << bit % 8);
    BOOST_TEST(!world.theirs->verify(world.ours->identity(), other, sig));
  }
  ppn::bytes longer = message;
  longer.push_back(0);
  BOOST_TEST(!world.theirs->verify(world.ours->identity(), longer, sig));
  longer.resize(39);
  BOOST_TEST(!world.theirs->verify(world.ours->identity(), longer, sig));
}

inline void no_changed_signature_holds(signer_pair& world) {
  ppn::bytes message = signed_message(40);
  ppn::signature sig = world.ours->sign(message);
  for (std::size_t bit = 0; bit < 8 * sig.octets.size(); ++bit) {
    ppn::signature other = sig;
    other.octets[bit / 8] ^= static_cast<ppn::octet>(1 << bit % 8);
    BOOST_TEST(!world.theirs->verify(world.ours->identity(), message, other));
  }
  BOOST_TEST(!world.theirs->verify(world.ours->identity(), message, ppn::signature{}));
}

inline std::vector<named_case> signer_cases(const make_signers& make) {
  auto on_new = [&](const char* name, void (*run)(signer_pair&)) {
    return named_case{name, [make, run] {
                        signer_pair world = make();
                        run(world);
                      }};
  };
#define PPN_CASE(name) on_new(#name, name)
  return {
      PPN_CASE(a_signature_is_verified_by_its_signer_and_by_others),
      PPN_CASE(a_signature_does_not_hold_for_another_signer),
      PPN_CASE(a_signature_does_not_hold_for_another_message),
      PPN_CASE(no_changed_signature_holds),
  };
#undef PPN_CASE
}

} // namespace contract
