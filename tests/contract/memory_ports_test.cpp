// The hypervisor and the tunnel that exist in a table only: the contracts, and what tests do to
// them.
#include "runtime/adapters/memory_hypervisor.hpp"
#include "runtime/adapters/memory_tunnel.hpp"
#include "tests/contract/hypervisor_contract.hpp"
#include "tests/contract/tunnel_contract.hpp"

namespace {

class memory_world final : public contract::hypervisor_world {
public:
  ppn::hypervisor& subject() override { return hypervisor_; }
  void put(const ppn::guest_fact& guest) override { hypervisor_.put(guest); }
  void remove(const ppn::guest_id& id) override { hypervisor_.remove(id); }

private:
  ppn::memory_hypervisor hypervisor_;
};

const contract::suite guests("hypervisor_memory", contract::hypervisor_cases([] {
                               return std::make_unique<memory_world>();
                             }));
const contract::suite peers("tunnel_memory", contract::tunnel_cases([] {
                              return std::make_unique<ppn::memory_tunnel>();
                            }));

const ppn::error gone{ppn::ec::io_failed, "it is gone"};

} // namespace

BOOST_AUTO_TEST_SUITE(memory_ports)

BOOST_AUTO_TEST_CASE(a_hypervisor_that_is_down_answers_with_its_error_and_keeps_its_guests) {
  ppn::memory_hypervisor subject;
  subject.put(contract::guest(1));
  subject.fail_with(gone);
  CHECK_CODE(subject.guests(), io_failed);
  subject.fail_with({});
  BOOST_TEST(subject.guests()->size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_tunnel_that_is_gone_answers_with_its_error_and_changes_nothing) {
  ppn::memory_tunnel subject;
  contract::check_changes(subject, {contract::peer(1)}, {1, 0, 0});
  subject.fail_with(gone);
  CHECK_CODE(subject.peers(), io_failed);
  CHECK_CODE(subject.apply({}), io_failed);
  subject.fail_with({});
  BOOST_TEST(subject.peers()->size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_peer_that_stays_keeps_its_session_and_one_that_returns_does_not) {
  ppn::memory_tunnel subject;
  contract::check_changes(subject, {contract::peer(1), contract::peer(2)}, {2, 0, 0});
  subject.put({contract::peer(1).key, 500, 10, 20});
  subject.put({contract::peer(9).key, 500, 10, 20});
  ppn::tunnel_peer moved = contract::peer(1);
  moved.endpoint = "198.51.100.7:51820";
  contract::check_changes(subject, {moved}, {0, 1, 1});
  BOOST_REQUIRE(subject.peers()->size() == 1u);
  BOOST_TEST(subject.peers()->front().handshake_age_milliseconds == 500);
  BOOST_TEST(subject.peers()->front().sent == 20u);
  contract::check_changes(subject, {}, {0, 0, 1});
  contract::check_changes(subject, {moved}, {1, 0, 0});
  BOOST_TEST(subject.peers()->front().handshake_age_milliseconds == -1);
}

BOOST_AUTO_TEST_SUITE_END()
