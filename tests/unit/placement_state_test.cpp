// The state file of `ppn place`: what it says, and where it is wrong.
#include "runtime/guest/placement_state.hpp"
#include "tests/unit/placement_support.hpp"

#include <boost/test/unit_test.hpp>

using namespace ppn;

namespace {

std::string state_with(std::string_view nodes) {
  return "{\"schema\": \"ppn.placement-state/1\",\n\"nodes\": [" + std::string{nodes} + "]}\n";
}

std::string id(int number, std::size_t digits) {
  std::string text = std::to_string(number);
  return std::string(digits - text.size(), '0') + text;
}

std::string node(int number, std::string_view rest) {
  return "{\"id\": \"" + id(number, 64) + "\", \"name\": \"n" + std::to_string(number) + "\"" +
         std::string{rest} + "}";
}

std::string refused(std::string_view text) {
  auto pool = load_placement_state(text, "state.json");
  BOOST_REQUIRE_MESSAGE(!pool.has_value(), text);
  return pool.error().text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(placement_states)

BOOST_AUTO_TEST_CASE(a_state_decides_as_it_says) {
  std::string guests = R"(, "ram_offered": "8 GiB", "cpus": 4, "guests": [{"id": ")" + id(7, 32) +
                       R"(", "ram": "2 GiB", "vcpus": 2, "host_ports": [19090]}, {"id": ")" +
                       id(8, 32) + R"(", "ram": "1 GiB", "in_flight": true}])";
  auto pool = load_placement_state(
      state_with(node(1, guests) + "," +
                 node(2, R"(, "ram_offered": "8 GiB", "ram_reported": "4 GiB")")),
      "state.json");
  BOOST_REQUIRE_MESSAGE(pool.has_value(), (pool ? "" : pool.error().text));
  BOOST_TEST(pool->nodes() == 2u);
  BOOST_TEST(pool->guests() == 2u);
  BOOST_TEST(pool->available(*pool->named("n1")) == 5 * gibi);
  BOOST_TEST(pool->available(*pool->named("n2")) == 4 * gibi);
  BOOST_TEST((pool->decide(asks_for(gibi)).node == pool->named("n1")));
  placement::request forwarded = asks_for(gibi);
  forwarded.takes.host_ports = {19090};
  BOOST_TEST((pool->decide(forwarded).node == pool->named("n2")));
  pool->check_invariants();
}

BOOST_AUTO_TEST_CASE(mistakes_say_line_and_column) {
  BOOST_TEST(refused("").starts_with("state.json:1:"));
  BOOST_TEST(refused("{\n\"nodes\": [}").starts_with("state.json:2:"));
  BOOST_TEST(refused("{\"nodes\": []}").find("key 'schema' is missing") != std::string::npos);
  BOOST_TEST(refused(state_with(node(1, ""))).find("key 'nodes.ram_offered' is missing") !=
             std::string::npos);
  BOOST_TEST(refused(state_with("\n" + node(1, ", \"ram_offered\": 1, \"rom\": 2")))
                 .starts_with("state.json:3:"));
  BOOST_TEST(refused(state_with(node(1, ", \"ram_offered\": -1"))).find("no amount") !=
             std::string::npos);
  BOOST_TEST(refused(state_with(node(1, ", \"ram_offered\": 1.5"))).find("fractions") !=
             std::string::npos);
  BOOST_TEST(refused(state_with(node(1, ", \"ram_offered\": null"))).find("null") !=
             std::string::npos);
  BOOST_TEST(
      refused(state_with(node(1, ", \"ram_offered\": 1, \"ram_offered\": 1"))).find("twice") !=
      std::string::npos);
  BOOST_TEST(
      refused(state_with(node(1, ", \"ram_offered\": 1") + "," + node(1, ", \"ram_offered\": 1")))
          .find("another node") != std::string::npos);
  BOOST_TEST(refused(std::string(100, '[')).find("nested too deeply") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
