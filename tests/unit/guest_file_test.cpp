// Guest specifications: what they become, and that every mistake is told with its place.
#include "runtime/guest/guest_file.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace ppn;

namespace {

std::string guest_with(std::string_view lines, std::string_view type = "mediakit") {
  return "[guest]\nname = \"web\"\ntype = \"" + std::string{type} + "\"\n" + std::string{lines};
}

loaded_guest loaded(std::string_view text, const guest_options& options = {}) {
  auto guest = load_guest(text, "web.toml", shipped_catalogue(), options);
  BOOST_REQUIRE_MESSAGE(guest.has_value(), (guest ? std::string{} : guest.error().text));
  return *guest;
}

std::string refused(std::string_view text, const guest_options& options = {}) {
  auto guest = load_guest(text, "web.toml", shipped_catalogue(), options);
  BOOST_REQUIRE_MESSAGE(!guest.has_value(), text);
  BOOST_TEST((guest.error().code == ec::invalid));
  return guest.error().text;
}

const guest_service& service(const loaded_guest& guest, std::string_view name) {
  for (const guest_service& each : guest.spec.services)
    if (each.name == name) return each;
  BOOST_FAIL("no service " << name);
  std::abort();
}

bool warns(const loaded_guest& guest, std::string_view part) {
  for (const std::string& each : guest.warnings)
    if (each.find(part) != std::string::npos) return true;
  return false;
}

std::string read_file(const std::string& name) {
  const char* source = std::getenv("PPN_SOURCE_DIR");
  std::ifstream file(std::string{source == nullptr ? "." : source} + "/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

} // namespace

BOOST_AUTO_TEST_SUITE(guest_files)

BOOST_AUTO_TEST_CASE(a_short_file_takes_the_rest_from_the_catalogue) {
  loaded_guest guest = loaded(guest_with(""));
  BOOST_TEST(guest.spec.ram == 6144ull * 1024 * 1024);
  BOOST_TEST(guest.spec.disk == 20'000'538'624ull); // 20 GB, in whole MiB
  BOOST_TEST(guest.spec.vcpus == 2u);
  BOOST_TEST(guest.spec.user == "foundry");
  BOOST_TEST(guest.spec.services.size() == 10u);
  BOOST_TEST(service(guest, "local-proofreader").port == 9092);
  for (const guest_service& each : guest.spec.services)
    BOOST_TEST(each.host_port == 0);
  BOOST_TEST((guest.spec.egress == guest_egress::none));
  BOOST_TEST(guest.node.empty());
}

BOOST_AUTO_TEST_CASE(amounts_are_read_tolerantly) {
  BOOST_TEST(*octets_from("512MiB") == 512ull << 20);
  BOOST_TEST(*octets_from("512 MiB") == 512ull << 20);
  BOOST_TEST(*octets_from("4G") == 4ull << 30);
  BOOST_TEST(*octets_from("20GB") == 20'000'000'000ull);
  BOOST_TEST(*octets_from("1.5 kB") == 1500u);
  BOOST_TEST(*octets_from("7") == 7u);
  for (std::string_view each : {"", " 1", "1  G", "G", "-1", "1.G", "1.5", "1e3", "1 gib",
                                "99999999 TiB", "9999999999999999999999"})
    BOOST_TEST(!octets_from(each).has_value());
}

BOOST_AUTO_TEST_CASE(forwards_follow_the_rule_of_ten_thousand) {
  loaded_guest all = loaded(guest_with("forward = \"all\"\n"));
  BOOST_TEST(service(all, "local-knowledge-documentation").host_port == 19090);
  BOOST_TEST(service(all, "local-marketing").host_port == 19102);
  BOOST_TEST(service(all, "system-core").host_port == 0);
  loaded_guest one = loaded(guest_with("forward = \"local-proofreader\"\n"));
  BOOST_TEST(service(one, "local-proofreader").host_port == 19092);
  BOOST_TEST(service(one, "local-marketing").host_port == 0);
  BOOST_TEST(refused(guest_with("forward = \"nothing\"\n")).starts_with("web.toml:4:"));
  BOOST_TEST(refused(guest_with("forward = \"system-core\"\n")).find("listens on no port") !=
             std::string::npos);
  loaded_guest own = loaded(guest_with("[[service]]\nname = \"ssh\"\nport = 22\nforward = true\n"));
  BOOST_TEST(service(own, "ssh").host_port == 10022);
  BOOST_TEST(refused(guest_with("[[service]]\nname = \"big\"\nport = 12000\nforward = true\n")) ==
             "web.toml:4:1: service 'big' has port 12000, above 9999: say its host_port");
  BOOST_TEST(
      refused(guest_with(
                  "forward = \"all\"\n[[service]]\nname = \"x\"\nport = 80\nhost_port = 19090\n"))
          .find("host port 19090") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(infrastructure_and_unknown_types_are_no_guests) {
  BOOST_TEST(refused(guest_with("", "infrastructure")).find("never a guest") != std::string::npos);
  BOOST_TEST(
      refused(guest_with("", "toaster")).starts_with("web.toml:3:8: key 'guest.type': 'toaster'"));
}

BOOST_AUTO_TEST_CASE(mistakes_say_where_and_what) {
  BOOST_TEST(refused("").find("key 'guest' is missing") != std::string::npos);
  BOOST_TEST(refused("[guest]\ntype = \"mediakit\"\n").find("key 'guest.name' is missing") !=
             std::string::npos);
  BOOST_TEST(
      refused(guest_with("ram = \"lots\"\n")) ==
      "web.toml:4:7: key 'guest.ram': 'lots' is no amount; write it like \"512 MiB\" or \"20 GB\"");
  BOOST_TEST(refused(guest_with("rom = 1\n"))
                 .starts_with("web.toml:4:7: unknown key 'guest.rom'; known here:"));
  BOOST_TEST(refused(guest_with("vcpus = 0\n")).find("1 to 256") != std::string::npos);
  BOOST_TEST(refused(guest_with("ram = \"1MiB\"\n")).find("out of range") != std::string::npos);
  BOOST_TEST(refused(guest_with("ram = 1.5\n")) ==
             "web.toml:4:7: fractions, dates and times are not used here");
  BOOST_TEST(refused(guest_with("ram_floor = \"1TiB\"\n")).find("above the RAM") !=
             std::string::npos);
  BOOST_TEST(refused(guest_with("image = \"../../etc/passwd\"\n")).find("never a path") !=
             std::string::npos);
  BOOST_TEST(refused(guest_with("labels = [\"nothing\"]\n")).find("is no label") !=
             std::string::npos);
  BOOST_TEST(
      refused("[guest]\nname = \"Web_1\"\ntype = \"mediakit\"\n").starts_with("web.toml:2:8:"));
  BOOST_TEST(refused("[guest\n").starts_with("web.toml:1:"));
}

BOOST_AUTO_TEST_CASE(a_totebox_has_an_entity_and_no_public_service) {
  BOOST_TEST(refused(guest_with("", "totebox")).find("names the entity") != std::string::npos);
  loaded_guest vault =
      loaded(guest_with("entity = \"acme\"\ntier = \"vault\"\nnode = \"laptop-a\"\n", "totebox"));
  BOOST_TEST((vault.tier == guest_tier::vault));
  BOOST_TEST(vault.node == "laptop-a");
  BOOST_TEST(refused(guest_with("entity = \"acme\"\ntier = \"vault\"\nram = \"2GiB\"\n", "totebox"))
                 .find("at most 1 GiB") != std::string::npos);
  BOOST_TEST(
      refused(guest_with(
                  "entity = \"acme\"\n[[service]]\nname = \"service-fs\"\nexposure = \"public\"\n",
                  "totebox"))
          .find("never public") != std::string::npos);
  BOOST_TEST(refused(guest_with("entity = \"acme\"\n")).find("only a Totebox has it") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_service_in_the_wrong_type_is_refused_and_the_documents_own_are_warned) {
  std::string text = refused(guest_with("[[service]]\nname = \"service-people\"\n"));
  BOOST_TEST(text.find("belongs in a guest of type 'totebox'") != std::string::npos);
  BOOST_TEST(refused(guest_with("[[service]]\nname = \"service-ppn-pairing\"\n"))
                 .find("'infrastructure'") != std::string::npos);
  loaded_guest guest = loaded(guest_with(""));
  BOOST_TEST(warns(guest, "service 'service-fs' is pending and misplaced in 'mediakit'"));
  BOOST_TEST(warns(guest, "service 'local-bim-orchestration' is pending and misplaced"));
  BOOST_TEST(service(guest, "service-fs").pending == "project-data build");
  BOOST_TEST(
      warns(loaded(guest_with("[[service]]\nname = \"own\"\nport = 80\n")), "in no catalogue"));
}

BOOST_AUTO_TEST_CASE(a_dependence_by_loopback_stays_within_the_type) {
  std::string own = "[[service]]\nname = \"own\"\nport = 80\ndepends = [";
  BOOST_TEST(
      refused(guest_with(own + "\"service-people\"]\n")).find("write \"mesh:service-people\"") !=
      std::string::npos);
  loaded_guest mesh = loaded(guest_with(own + "\"mesh:service-people\"]\n"));
  BOOST_TEST(service(mesh, "own").depends.size() == 1u);
  BOOST_TEST(refused(guest_with(own + "\"nobody\"]\n")).find("does not have") != std::string::npos);
  BOOST_TEST(
      warns(loaded(guest_with("")), "depends by loopback on 'service-fs' of type 'totebox'"));
}

BOOST_AUTO_TEST_CASE(options_make_a_guest_and_go_before_the_file) {
  auto made = guest_from_options(
      {{"type", "mediakit"}, {"name", "web"}, {"ram", "512MiB"}, {"labels", "a=1,b=2"}},
      shipped_catalogue());
  BOOST_REQUIRE(made.has_value());
  BOOST_TEST(made->spec.ram == 512ull << 20);
  BOOST_TEST(made->spec.labels.size() == 2u);
  loaded_guest over =
      loaded(guest_with("ram = \"1GiB\"\nvcpus = 2\n"), {{"ram", "2GiB"}, {"vcpus", "3"}});
  BOOST_TEST(over.spec.ram == 2ull << 30);
  BOOST_TEST(over.spec.vcpus == 3u);
  auto bad = guest_from_options({{"type", "mediakit"}, {"name", "web"}, {"ram", "much"}},
                                shipped_catalogue());
  BOOST_REQUIRE(!bad.has_value());
  BOOST_TEST(bad.error().text.starts_with("command line: key 'guest.ram'"));
}

BOOST_AUTO_TEST_CASE(keys_are_public_keys) {
  std::string key(68, 'A');
  loaded_guest guest =
      loaded(guest_with("[cloud_init]\nssh_keys = [\"ssh-ed25519 " + key + " me\"]\n"));
  BOOST_TEST(guest.ssh_keys.size() == 1u);
  BOOST_TEST(
      refused(guest_with("[cloud_init]\nssh_keys = [\"-----BEGIN OPENSSH PRIVATE KEY-----\"]\n"))
          .find("private key") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_shipped_specifications_load) {
  loaded_guest mediakit = loaded(read_file("deploy/specs/mediakit.toml"));
  BOOST_TEST(service(mediakit, "ssh").host_port == 10022);
  BOOST_TEST(service(mediakit, "local-knowledge-documentation").host_port == 19090);
  loaded_guest totebox = loaded(read_file("deploy/specs/totebox.toml"), {{"entity", "acme"}});
  BOOST_TEST((totebox.tier == guest_tier::vault));
}

BOOST_AUTO_TEST_CASE(a_catalogue_is_checked_as_a_whole) {
  std::vector<catalogue_text> texts = shipped_catalogue_texts();
  BOOST_TEST(texts.size() == 5u);
  BOOST_TEST(load_catalogue(texts).has_value());
  auto broken = [&](std::string_view from, std::string_view to) {
    std::vector<catalogue_text> changed = texts;
    for (catalogue_text& each : changed)
      if (std::size_t at = each.text.find(from); at != std::string::npos)
        each.text.replace(at, from.size(), to);
    auto loaded = load_catalogue(changed);
    return loaded ? std::string{} : loaded.error().text;
  };
  BOOST_TEST(broken("port = 9092", "port = 9090").find("taken by another") != std::string::npos);
  BOOST_TEST(
      broken("belongs_in = \"totebox\"", "belongs_in = \"privategit\"").find("does not have it") !=
      std::string::npos);
  BOOST_TEST(broken("depends = [\"service-fs\"]", "depends = [\"x\"]").find("not here") !=
             std::string::npos);
  texts.pop_back();
  BOOST_TEST(!load_catalogue(texts).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
