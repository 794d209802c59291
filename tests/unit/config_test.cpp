// The configuration: what a good file becomes, what a reload may change, what the help says. Files
// are made of one good text in which single lines are exchanged.
#include "runtime/config/config.hpp"

#include "config_support.hpp"
#include "runtime/config/config_keys.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

using namespace ppn;
using namespace ppn::config_support;

namespace {

configuration parsed(const std::string& text) {
  auto config = parse_configuration(text, "ppn.toml");
  BOOST_REQUIRE_MESSAGE(config, (config ? "" : config.error().text));
  return *config;
}

} // namespace

BOOST_AUTO_TEST_SUITE(config)

BOOST_AUTO_TEST_CASE(a_small_file_gets_every_default_value) {
  configuration config = parsed(small_file());
  BOOST_TEST(config.node.name == "a");
  BOOST_TEST(config.node.data == "/tmp/a");
  BOOST_TEST(config.node.address == "127.0.0.1");
  BOOST_TEST(config.node.port == 9203);
  BOOST_TEST(config.node.control == "/tmp/a/control.sock");
  BOOST_TEST(config.members.term.value == 1u);
  BOOST_TEST(config.pool.offer.ram == 0u);
  BOOST_TEST(config.pool.offer.cpus == 0u);
  BOOST_TEST(config.pool.offer.guests == 128u);
  BOOST_TEST(!config.pool.offer.measure_offer_only);
  BOOST_TEST(!config.pool.posture_hint.has_value());
  BOOST_TEST(config.pool.disks.empty());
  BOOST_TEST((config.log.format == log_format::text && config.log.level == log_level::info));
  const member_record& self = config.self();
  BOOST_TEST((self.trust == posture::onprem && self.kind == member_kind::node && !self.reserved));
  BOOST_TEST(self.port == 9203);
}

BOOST_AUTO_TEST_CASE(the_example_says_every_key_and_is_taken) {
  configuration config = parsed(example_file());
  BOOST_TEST(config.node.control == "/run/ppn/control.sock");
  BOOST_TEST(config.members.members.size() == 4u);
  BOOST_TEST(config.members.term.value == 2u);
  BOOST_TEST(config.members.find(config.members.controller)->name == "gcp-cloud-1");
  BOOST_TEST(config.pool.offer.ram == std::uint64_t{12} << 30);
  BOOST_TEST(config.pool.offer.cpus == 8u);
  BOOST_TEST((config.pool.posture_hint == posture::onprem));
  BOOST_TEST(config.pool.disks.size() == 2u);
  BOOST_TEST(config.pool.disks[1].path == "/srv/archive/ppn");
  BOOST_TEST((config.self().labels == std::vector<std::string>{"genesis", "desk"}));
  BOOST_TEST((config.members.find_by_name("mathew-desk")->kind == member_kind::operator_station));
  for (const key_rule& rule : key_rules()) {
    std::string key{rule.path.substr(rule.path.rfind('.') + 1)};
    BOOST_TEST(example_file().find(key) != std::string::npos, key);
  }
}

BOOST_AUTO_TEST_CASE(a_founding_takes_the_place_of_the_members) {
  configuration config = parsed(founded_file());
  BOOST_TEST(config.has_ledger());
  BOOST_TEST(config.founding == "/etc/founding");
  BOOST_TEST(config.members.members.empty());
  BOOST_TEST((config.members.fleet == fleet_id{}));
  // Where the node lives is in the fleet's record, unless the file repeats it.
  BOOST_TEST((config.node.address.empty() && config.node.port == 0));
  config = parsed(replaced(founded_file(), "[fleet]\n",
                           "address = '10.8.0.1'\nport = 7\n[fleet]\n"
                           "id = '0123456789abcdef0123456789abcdef'\n"));
  BOOST_TEST((config.node.address == "10.8.0.1" && config.node.port == 7));
  BOOST_TEST(config.members.fleet.hex() == "0123456789abcdef0123456789abcdef");
  BOOST_TEST(!parsed(small_file()).has_ledger());
}

BOOST_AUTO_TEST_CASE(the_example_with_a_founding_is_taken) {
  configuration config = parsed(example_file("founding.toml"));
  BOOST_TEST(config.founding == "/etc/ppn/founding");
  BOOST_TEST(config.node.control == "/var/lib/ppn/control.sock");
  BOOST_TEST(config.node.http_port == 9208u);
  BOOST_TEST(parsed(founded_file()).node.http_port == 0u);
}

BOOST_AUTO_TEST_CASE(members_are_ordered_by_id_whatever_the_file_says) {
  configuration config = parsed(small_file() + member("z", 'f', 2) + member("b", '2', 3));
  const auto& members = config.members.members;
  BOOST_REQUIRE_EQUAL(members.size(), 3u);
  BOOST_TEST((members[0].id < members[1].id && members[1].id < members[2].id));
  for (const member_record& each : members)
    BOOST_TEST((config.members.find(each.id) == &each));
}

BOOST_AUTO_TEST_CASE(ram_is_an_amount_or_a_number_of_octets) {
  auto ram = [](std::string_view value) {
    return parsed(small_file() + fmt::format("[pool]\nram = {}\n", value)).pool.offer.ram;
  };
  BOOST_TEST(ram("'4 GiB'") == std::uint64_t{4} << 30);
  BOOST_TEST(ram("'512MiB'") == std::uint64_t{512} << 20);
  BOOST_TEST(ram("'65536 KiB'") == std::uint64_t{64} << 20);
  BOOST_TEST(ram("'1 PiB'") == std::uint64_t{1} << 50);
  BOOST_TEST(ram("16777216") == std::uint64_t{16} << 20);
  BOOST_TEST(ram("'16777216'") == std::uint64_t{16} << 20);
}

BOOST_AUTO_TEST_CASE(addresses_are_kept_in_their_usual_spelling) {
  std::string text = replaced(small_file(), "address = '127.0.0.1'", "address = '2001:DB8:0:0::1'");
  configuration config = parsed(replaced(text, "[node]\n", "[node]\naddress = '2001:db8::1'\n"));
  BOOST_TEST(config.node.address == "2001:db8::1");
  BOOST_TEST(config.self().address == "2001:db8::1");
}

BOOST_AUTO_TEST_CASE(as_many_members_as_the_file_holds_are_taken) {
  std::string text = small_file();
  for (int i = 0; i < 5'000; ++i)
    text += fmt::format("[[member]]\nname='n{0}'\nid='{1:064x}'\naddress='10.8.{2}.{3}'\n", i,
                        i + 1, i / 256, i % 256);
  BOOST_TEST(parsed(text).members.members.size() == 5'001u);
}

// -- reload ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(nothing_changed_is_nothing_to_do) {
  configuration config = parsed(example_file());
  BOOST_TEST((compare(config, config) == configuration_difference{}));
}

BOOST_AUTO_TEST_CASE(a_reload_takes_members_roles_offers_and_logging_at_once) {
  configuration now = parsed(small_file() + member("b", '2', 2));
  std::string text = replaced(small_file(), "controller = 'a'", "controller = 'b'\nterm = 2") +
                     member("b", '2', 2) + member("c", '3', 3) +
                     "[pool]\nram = '1 GiB'\nvcpus = 2\nguests = 4\nmeasure = 'offer'\n"
                     "posture = 'cloud'\nreserved = true\nlabels = ['x']\n"
                     "[log]\nformat = 'json'\nlevel = 'debug'\n";
  configuration_difference difference = compare(now, parsed(text));
  const std::vector<std::string> at_once{"fleet.controller", "fleet.term",   "member",
                                         "pool.ram",         "pool.vcpus",   "pool.guests",
                                         "pool.measure",     "pool.posture", "pool.reserved",
                                         "pool.labels",      "log.format",   "log.level"};
  BOOST_TEST(difference.at_once == at_once, boost::test_tools::per_element());
  BOOST_TEST(difference.restart.empty());
}

BOOST_AUTO_TEST_CASE(a_reload_defers_what_the_process_is_built_on) {
  configuration now = parsed(small_file());
  configuration next = now;
  next.node = {"b", "/tmp/b", "127.0.0.2", 9, 10, "/tmp/b/control.sock"};
  next.members.fleet.octets[0] ^= 1;
  next.pool.disks.push_back({"fast", "/tmp/disks"});
  const std::vector<std::string> restart{"node.name", "node.data", "node.address", "node.port",
                                         "node.http_port", "node.control", "fleet.id", "pool.disk"};
  configuration_difference difference = compare(now, next);
  BOOST_TEST(difference.restart == restart, boost::test_tools::per_element());
  BOOST_TEST(difference.at_once.empty());
}

BOOST_AUTO_TEST_CASE(where_members_come_from_is_decided_at_the_start) {
  configuration with = parsed(founded_file()), without = parsed(small_file());
  const std::vector<std::string> restart{"node.address",     "node.port",  "fleet.founding", "fleet.id",
                                         "fleet.controller", "fleet.term", "member"};
  for (const auto& difference : {compare(without, with), compare(with, without)}) {
    BOOST_TEST(difference.restart == restart, boost::test_tools::per_element());
    BOOST_TEST(difference.at_once.empty());
  }
  configuration other = with;
  other.founding = "/etc/other";
  BOOST_TEST((compare(with, other).restart == std::vector<std::string>{"fleet.founding"}));
}

// -- the table of keys ----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_help_names_every_key_with_what_is_allowed) {
  std::string help = describe_configuration();
  for (const key_rule& rule : key_rules()) {
    BOOST_TEST(help.find(rule.path.substr(rule.path.rfind('.') + 1)) != std::string::npos);
    BOOST_TEST(help.find(rule.meaning) != std::string::npos, rule.path);
    BOOST_TEST(!rule.meaning.empty());
    if (rule.type != key_type::table)
      BOOST_TEST(help.find(allowed_values(rule)) != std::string::npos, rule.path);
  }
  for (std::size_t at = 0, end = 0; end != std::string::npos; at = end + 1) {
    end = help.find('\n', at);
    BOOST_TEST(std::min(end, help.size()) - at <= 110u, help.substr(at, 110));
  }
}

BOOST_AUTO_TEST_CASE(every_default_value_obeys_its_own_rule) {
  for (const key_rule& rule : key_rules()) {
    if (rule.fallback.empty() || rule.path.starts_with("node.")) continue;
    std::string value{rule.fallback};
    if (rule.type == key_type::choice) value = "'" + value + "'";
    std::string section{rule.path.substr(0, rule.path.rfind('.'))};
    std::string line = fmt::format("{} = {}\n", rule.path.substr(section.size() + 1), value);
    std::string text = small_file();
    text = section == "fleet"    ? replaced(text, "[fleet]\n", "[fleet]\n" + line)
           : section == "member" ? replaced(text, "[[member]]\n", "[[member]]\n" + line)
                                 : text + "[" + section + "]\n" + line;
    BOOST_TEST((parsed(text) == parsed(small_file())), rule.path);
  }
}

BOOST_AUTO_TEST_SUITE_END()
