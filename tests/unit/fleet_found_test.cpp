// `ppn fleet found` and `ppn admin keygen`: what the operator types becomes a founding that holds, or one
// line that names what is wrong, and then no file.
#include "runtime/cli/fleet_found.hpp"

#include "founding_support.hpp"
#include "runtime/cli/admin_keys.hpp"
#include "storage/ledger/fleet_fold.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <nlohmann/json.hpp>

using namespace ppn;
using namespace ppn::founding_support;
using nlohmann::json;

namespace {

// An administrator's desk: files in memory.
struct desk {
  desk() {
    for (const char* name : {"a", "b", "c"})
      files[std::string(name) + ".keys"] = machines[name].json() + "\n";
  }

  fleet_found_world world() {
    return {random, wall_time{seconds{1'800'000'000}},
            [this](const std::string& file) -> result<crypto::signing_key> {
              if (file != "admin.key") return fail(ec::not_found, file);
              return crypto::signing_key::from_seed(admin_seed);
            },
            [this](const std::string& path) -> result<bytes> {
              auto at = files.find(path);
              if (at == files.end()) return fail(ec::not_found, "cannot open " + path);
              return bytes(at->second.begin(), at->second.end());
            },
            [this](const std::string& path, bytes_view content) -> status {
              if (!files.emplace(path, text_of(content)).second) return fail(ec::exists, path);
              return {};
            }};
  }
  fleet_found_answer found() { return make_founding(given, world()); }
  // The one line of a refusal; nothing was written.
  std::string refusal(int exit) {
    fleet_found_answer answer = found();
    BOOST_TEST(answer.exit == exit, answer.problem);
    BOOST_TEST(answer.output.empty());
    BOOST_TEST(files.count("founding") == 0u);
    BOOST_TEST(std::count(answer.problem.begin(), answer.problem.end(), '\n') == 1);
    return answer.problem;
  }
  std::string refusal_of(const std::string& member, int exit = 2) {
    given.members[0] = member;
    return refusal(exit);
  }
  fleet_fold folded() {
    auto founded = parse_founding(files.at("founding"));
    BOOST_REQUIRE(founded.has_value());
    fleet_fold fold(founded->fleet, crypto::verify);
    for (const bytes& entry : founded->entries)
      fold.apply(entry);
    BOOST_TEST(fold.findings.empty());
    return fold;
  }

  sodium_entropy random;
  std::array<octet, 32> admin_seed = drawn_seed();
  std::map<std::string, machine_keys> machines;
  std::map<std::string, std::string> files;
  fleet_found_options given{"home", "admin.key", "a",
                            {"a=a.keys@10.8.0.1", "b=b.keys@10.8.0.2", "c=c.keys@10.8.0.3"},
                            "one", {}, "", "founding", false};
};

bool says(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(fleet_found, desk)

BOOST_AUTO_TEST_CASE(a_fleet_is_founded_as_it_was_typed) {
  given.members = {"a=a.keys@10.8.0.1", "b=b.keys@10.8.0.2:7,posture=leased,label=site=north,label=gpu",
                   "c=c.keys@[2001:db8::1]:8,posture=cloud,reserved"};
  given.policy = "majority";
  given.mesh_prefix = "10.9.0.0/16";
  fleet_found_answer answer = found();
  BOOST_REQUIRE_MESSAGE(answer.exit == 0, answer.problem);
  fleet_fold fold = folded();
  const fleet_state& state = fold.state();
  BOOST_TEST(answer.output == state.fleet.hex() + "\n");
  BOOST_TEST((state.name == "home" && state.mesh_prefix == "10.9.0.0/16"));
  BOOST_TEST((state.policy == acknowledgement::majority));
  membership_ptr members = fold.members();
  BOOST_TEST(members->find(members->controller)->name == "a");
  const member_record& b = *members->find_by_name("b");
  BOOST_TEST((b.id == machines["b"].identity.public_part()));
  BOOST_TEST((b.address == "10.8.0.2" && b.port == 7 && b.trust == posture::leased && !b.reserved));
  BOOST_TEST((b.labels == std::vector<std::string>{"site=north", "gpu"}));
  const member_record& c = *members->find_by_name("c");
  BOOST_TEST((c.address == "2001:db8::1" && c.port == 8 && c.trust == posture::cloud && c.reserved));
  BOOST_TEST(members->find_by_name("a")->port == 9203);
  BOOST_TEST((state.members.at(b.id).keys == machines["b"].certified()));
}

BOOST_AUTO_TEST_CASE(the_first_nodes_but_the_controller_are_witnesses) {
  given.members = {"a=a.keys@10.8.0.1"};
  for (int i = 0; i < 9; ++i) {
    std::string name = fmt::format("n{}", i);
    files[name + ".keys"] = machines[name].json();
    given.members.push_back(fmt::format("{0}={0}.keys@10.8.1.{1}", name, i + 1));
  }
  given.members[2] += ",kind=operator"; // a workstation witnesses nothing
  BOOST_REQUIRE(found().exit == 0);
  const auto witnesses = folded().state().witnesses;
  BOOST_TEST(witnesses.size() == 7u);
  auto is_witness = [&](const std::string& name) {
    return std::count(witnesses.begin(), witnesses.end(), machines[name].identity.public_part()) == 1;
  };
  BOOST_TEST((is_witness("n0") && !is_witness("n1") && is_witness("n2") && is_witness("n7")));
  BOOST_TEST((!is_witness("n8") && !is_witness("a")));
}

BOOST_AUTO_TEST_CASE(named_witnesses_are_taken_as_named) {
  given.witnesses = {"c"};
  given.json = true;
  fleet_found_answer answer = found();
  BOOST_REQUIRE(answer.exit == 0);
  json document = json::parse(answer.output);
  BOOST_TEST(document["schema"] == "ppn.fleet-found/1");
  BOOST_TEST(document["witnesses"] == json({"c"}));
  BOOST_TEST(document["members"] == 3);
  BOOST_TEST(document["fleet"] == folded().state().fleet.hex());
}

BOOST_AUTO_TEST_CASE(a_member_of_wrong_form_is_refused) {
  BOOST_TEST(says(refusal_of("a"), "NAME=KEYS_FILE@ADDRESS"));
  BOOST_TEST(says(refusal_of("a=a.keys"), "NAME=KEYS_FILE@ADDRESS"));
  BOOST_TEST(says(refusal_of("=a.keys@10.8.0.1"), "NAME=KEYS_FILE@ADDRESS"));
  BOOST_TEST(says(refusal_of("A=a.keys@10.8.0.1"), "member.name"));
  BOOST_TEST(says(refusal_of("a=a.keys@nowhere"), "member.address"));
  BOOST_TEST(says(refusal_of("a=a.keys@0.0.0.0"), "member.address"));
  BOOST_TEST(says(refusal_of("a=a.keys@10.8.0.1:"), "port"));
  BOOST_TEST(says(refusal_of("a=a.keys@10.8.0.1:0"), "member.port"));
  BOOST_TEST(says(refusal_of("a=a.keys@10.8.0.1:65536"), "member.port"));
  BOOST_TEST(says(refusal_of("a=a.keys@10.8.0.1:7x"), "port"));
  BOOST_TEST(says(refusal_of("a=a.keys@[2001:db8::1]7"), "address and port"));
  BOOST_TEST(says(refusal_of("a=a.keys@10.8.0.1,posture=free"), "onprem, leased or cloud"));
  BOOST_TEST(says(refusal_of("a=a.keys@10.8.0.1,color=red"), "unknown"));
  BOOST_TEST(says(refusal_of("a=a.keys@10.8.0.1,label="), "member.labels"));
  BOOST_TEST(says(refusal_of("a=a.keys@10.8.0.1,label=x,label=x"), "member.labels"));
  BOOST_TEST(says(refusal_of("a=no.keys@10.8.0.1", 1), "member 'a': cannot open no.keys"));
}

BOOST_AUTO_TEST_CASE(keys_that_their_node_did_not_sign_are_refused) {
  const std::string good = files["a.keys"];
  json mixed = json::parse(good);
  mixed["log"] = machines["b"].log.public_part().hex();
  files["a.keys"] = mixed.dump();
  BOOST_TEST(says(refusal(3), "the identity did not sign these keys"));
  for (const std::string& text :
       {std::string{}, std::string{"{}"}, std::string{"[1]"}, good.substr(0, good.size() / 2),
        std::string(60'000, '['), std::string{R"({"identity":1,"log":2,"witness":3,"certificate":4})"}}) {
    files["a.keys"] = text;
    BOOST_TEST(says(refusal(1), "a.keys: these are no keys"), text.substr(0, 40));
  }
}

BOOST_AUTO_TEST_CASE(roles_are_for_nodes_of_the_fleet) {
  given.controller = "d";
  BOOST_TEST(says(refusal(2), "no member is called 'd'"));
  given.controller = "a";
  given.witnesses = {"d"};
  BOOST_TEST(says(refusal(2), "no member is called 'd'"));
  given.witnesses.clear();
  given.policy = "some";
  BOOST_TEST(says(refusal(2), "local, one or majority"));
  given.policy = "one";
  given.members[0] += ",kind=operator";
  BOOST_TEST(says(refusal(2), "a node is wanted"));
  given.members.clear();
  BOOST_TEST(says(refusal(2), "no member is called 'a'"));
}

BOOST_AUTO_TEST_CASE(what_would_not_count_is_not_written) {
  given.members[1] = "a=b.keys@10.8.0.2"; // two of one name
  BOOST_TEST(says(refusal(2), "member-added: "));
  given.members[1] = "b=b.keys@10.8.0.1"; // at one place
  BOOST_TEST(says(refusal(2), "member-added: "));
  given.members[1] = "b=a.keys@10.8.0.2"; // with one key
  BOOST_TEST(says(refusal(2), "members 'a' and 'b' have the same key"));
}

BOOST_AUTO_TEST_CASE(nothing_is_overwritten_and_no_key_means_no_fleet) {
  files["founding"] = "another fleet";
  BOOST_TEST(found().exit == 5);
  BOOST_TEST(files["founding"] == "another fleet");
  files.erase("founding");
  given.admin_key = "lost.key";
  refusal(1);
}

BOOST_AUTO_TEST_SUITE_END()

// -- ppn admin keygen ------------------------------------------------------------------------------

BOOST_AUTO_TEST_SUITE(admin_keygen)

BOOST_AUTO_TEST_CASE(a_key_is_protected_unless_told_otherwise) {
  int asked = 0;
  std::string protected_by;
  admin_keygen_world world{[&]() -> result<crypto::secret> {
                             ++asked;
                             crypto::secret typed(4);
                             std::fill(typed.span().begin(), typed.span().end(), 'x');
                             return typed;
                           },
                           [&](const std::string&, const crypto::secret* by) -> result<node_id> {
                             protected_by = by ? std::string(text_of(by->view())) : "nothing";
                             return drawn_key().public_part();
                           }};
  admin_keygen_answer answer = make_admin_key({.file = "admin.key"}, world);
  BOOST_TEST((answer.exit == 0 && asked == 1 && protected_by == "xxxx" && answer.problem.empty()));
  BOOST_TEST(answer.output.size() == 65u);
  answer = make_admin_key({.file = "admin.key", .no_passphrase = true, .json = true}, world);
  BOOST_TEST((answer.exit == 0 && asked == 1 && protected_by == "nothing"));
  BOOST_TEST(says(answer.problem, "admin.key is not protected"));
  json document = json::parse(answer.output);
  BOOST_TEST(document["schema"] == "ppn.admin-keygen/1");
  BOOST_TEST(document["protected"] == false);
}

BOOST_AUTO_TEST_CASE(without_a_passphrase_or_place_no_key_is_made) {
  int made = 0;
  admin_keygen_world world{[]() -> result<crypto::secret> { return fail(ec::invalid, "no terminal"); },
                           [&](const std::string& file, const crypto::secret*) -> result<node_id> {
                             ++made;
                             return fail(ec::exists, file);
                           }};
  admin_keygen_answer answer = make_admin_key({.file = "admin.key"}, world);
  BOOST_TEST((answer.exit == 2 && made == 0));
  BOOST_TEST(answer.problem == "ppn: invalid: no terminal\n");
  answer = make_admin_key({.file = "admin.key", .no_passphrase = true}, world);
  BOOST_TEST((answer.exit == 5 && made == 1 && answer.output.empty()));
}

BOOST_AUTO_TEST_SUITE_END()
