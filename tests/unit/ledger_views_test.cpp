// What people read of a ledger: the exact octets of every form, and that machines read them back.
#include "tests/unit/ledger_samples.hpp"

#include "storage/ledger/view_text.hpp"
#include "storage/ledger/views.hpp"
#include "storage/log/merkle.hpp"

#include <boost/test/unit_test.hpp>
#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <locale>
#include <nlohmann/json.hpp>

namespace ppn {
namespace {

using namespace test;
using views::export_format;
using json = nlohmann::ordered_json;

constexpr export_format formats[] = {export_format::jsonl, export_format::csv, export_format::yaml};

opened_entry opened_sample(std::string_view kind) {
  for (const order_sample& sample : order_samples())
    if (sample.name == kind) return sample_opened(sample.value);
  BOOST_FAIL("no sample of " << kind);
  return {};
}

// A small reader of RFC 4180, with our rule of the apostrophe undone.
std::vector<std::vector<std::string>> read_csv(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string cell;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"')
      cell += text[i++];
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == ',' || c == '\n')) {
      row.push_back(cell.starts_with('\'') ? cell.substr(1) : cell);
      cell.clear();
      if (c == '\n') rows.push_back(std::exchange(row, {}));
    } else
      cell += c;
  }
  BOOST_REQUIRE(!quoted && cell.empty() && row.empty());
  return rows;
}

std::string exported(export_format format, const std::vector<opened_entry>& entries) {
  std::string out = views::export_header(format);
  for (std::size_t i = 0; i < entries.size(); ++i)
    out += views::export_entry(format, i, entries[i]);
  return out + views::export_footer(format);
}

std::vector<opened_entry> all_samples() {
  std::vector<opened_entry> out;
  for (const order_sample& sample : order_samples())
    out.push_back(sample_opened(sample.value));
  return out;
}

std::vector<opened_entry> some_random_entries() {
  std::vector<opened_entry> out;
  for (std::size_t kind = 0; kind < std::variant_size_v<entry_fact>; ++kind) {
    const ledger_order order = random_order(kind);
    out.push_back({random_entry(order), order});
  }
  return out;
}

std::string cell_of(const json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// Both exports of the same entries say the same.
bool agree(const std::string& jsonl, const std::string& csv) {
  const auto rows = read_csv(csv);
  std::size_t at = 1;
  std::istringstream lines(jsonl);
  for (std::string line; std::getline(lines, line); ++at) {
    const json row = json::parse(line);
    if (at >= rows.size() || rows[at].size() != row.size()) return false;
    std::size_t column = 0;
    for (const auto& [key, value] : row.items()) {
      if (rows[0][column] != key || rows[at][column] != cell_of(value)) return false;
      ++column;
    }
  }
  return at == rows.size();
}

fleet_state sample_state() {
  fleet_state state;
  const auto node = ledger_id<node_id>(0x21);
  const auto station = ledger_id<node_id>(0x91);
  const auto member = sample_member();
  state.members[node] = {member.record, member.keys, 5, 2, true};
  member_record record;
  record.id = station;
  record.name = "=desk";
  record.address = "10.8.0.9";
  record.port = 7401;
  record.kind = member_kind::operator_station;
  state.members[station] = {record, member.keys, 6, 0, false};
  state.terms = {{term_number{1}, node, member.keys.log, 1}};
  state.witnesses = {node};
  state.hub = station;
  held_grant held{sample_grant(), ledger_id<signing_public>(0x11), 9, std::nullopt};
  state.grants[held.grant.serial] = held;
  held.grant.serial = ledger_id<grant_id>(0x71);
  held.grant.expires_milliseconds = 0;
  held.grant.resource = "*";
  held.revoked = 12;
  state.grants[held.grant.serial] = held;
  return state;
}

BOOST_AUTO_TEST_SUITE(ledger_views)

// -- spelling -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(times_are_written_in_utc_with_milliseconds) {
  BOOST_TEST(views::timestamp(0) == "1970-01-01T00:00:00.000Z");
  BOOST_TEST(views::timestamp(1'700'000'000'123) == "2023-11-14T22:13:20.123Z");
  BOOST_TEST(views::timestamp(951'782'399'999) == "2000-02-28T23:59:59.999Z");
  BOOST_TEST(views::timestamp(951'782'400'000) == "2000-02-29T00:00:00.000Z");
  BOOST_TEST(views::timestamp(4'107'542'400'000) == "2100-03-01T00:00:00.000Z");
  BOOST_TEST(views::timestamp(253'402'300'799'999) == "9999-12-31T23:59:59.999Z");
  BOOST_TEST(views::timestamp(253'402'300'800'000) == "253402300800000 ms after 1970");
  BOOST_TEST(views::timestamp(INT64_MAX) == "9223372036854775807 ms after 1970");
  BOOST_TEST(views::timestamp(-1) == "-1 ms after 1970");
}

BOOST_AUTO_TEST_CASE(cells_are_quoted_and_never_a_formula) {
  const auto cell = views::csv_cell;
  BOOST_TEST(cell("") == "");
  BOOST_TEST(cell("plain text") == "plain text");
  BOOST_TEST(cell("a,b") == "\"a,b\"");
  BOOST_TEST(cell("say \"no\"") == "\"say \"\"no\"\"\"");
  BOOST_TEST(cell("two\nlines") == "\"two\nlines\"");
  BOOST_TEST(cell(" x") == "\" x\"");
  BOOST_TEST(cell("=1+1") == "'=1+1");
  BOOST_TEST(cell("+1") == "'+1");
  BOOST_TEST(cell("-1") == "'-1");
  BOOST_TEST(cell("@SUM(A1)") == "'@SUM(A1)");
  BOOST_TEST(cell("\tx") == "'\tx");
  BOOST_TEST(cell("\rx") == "\"'\rx\"");
  BOOST_TEST(cell("=HYPERLINK(\"a\",\"b\")") == "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\"");
  BOOST_TEST(cell("'quoted'") == "''quoted'");
  BOOST_TEST(views::csv_line({"a", "", "b,c"}) == "a,,\"b,c\"\n");
}

BOOST_AUTO_TEST_CASE(any_cell_reads_back) {
  BOOST_TEST(rc::check("any octets", [](const std::vector<std::string>& cells) {
    RC_PRE(!cells.empty());
    const auto rows = read_csv(views::csv_line(cells));
    RC_ASSERT(rows.size() == 1u);
    RC_ASSERT(rows[0] == cells);
  }));
}

BOOST_AUTO_TEST_CASE(nothing_that_acts_on_a_screen_reaches_it) {
  const auto text = views::screen_text;
  BOOST_TEST(text("Lüfter \\ \"x\"") == "Lüfter \\ \"x\"");
  BOOST_TEST(text("\x1b[2J\n") == "\\u001b[2J\\u000a");
  BOOST_TEST(text("\xe2\x80\xae") == "\\u202e");
  BOOST_TEST(text("a\xff"
                  "b\xc3") == "a\\ufffdb\\ufffd");
}

BOOST_AUTO_TEST_CASE(yaml_items_quote_every_text) {
  const json object = {{"a", "no"},
                       {"b", "x: \"y\" \\ #"},
                       {"c", nullptr},
                       {"d", 7},
                       {"e", json::array({"1", "-"})},
                       {"f", json::array()},
                       {"g", true},
                       {"h", {{"i", "\x7f\xef\xbf\xbf"}}},
                       {"j", json::object()}};
  BOOST_TEST(views::yaml_item(object) == "- a: \"no\"\n"
                                         "  b: \"x: \\\"y\\\" \\\\ #\"\n"
                                         "  c: null\n"
                                         "  d: 7\n"
                                         "  e: [\"1\", \"-\"]\n"
                                         "  f: []\n"
                                         "  g: true\n"
                                         "  h:\n"
                                         "    i: \"\\u007f\\uffff\"\n"
                                         "  j: {}\n");
}

// -- for a screen ---------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_entry_is_shown_with_all_its_fields) {
  const std::string hex11 = ledger_id<signing_public>(0x11).hex();
  const std::string expected = "entry 41\n"
                               "  when                  2023-11-14T22:13:20.123Z\n"
                               "  term                  2\n"
                               "  kind                  posture-set\n"
                               "  who                   admin:1112131415161718\n"
                               "  subject               node:2122232425262728\n"
                               "  why                   as agreed on Monday\n"
                               "  id                    101112131415161718191a1b1c1d1e1f\n"
                               "  admin                 " +
                               hex11 +
                               "\n"
                               "  previous size         41\n"
                               "  author key            " +
                               hex11 +
                               "\n"
                               "  proof                 " +
                               ledger_id<signature>(0x12).hex() +
                               "\n"
                               "  member                " +
                               ledger_id<node_id>(0x21).hex() +
                               "\n"
                               "  posture               cloud\n";
  BOOST_TEST(views::entry_human(41, opened_sample("posture-set")) == expected);
}

BOOST_AUTO_TEST_CASE(a_remark_names_its_user_and_what_it_corrects) {
  const std::string text = views::entry_human(7, opened_sample("noted"));
  BOOST_TEST(text.find("  who                   uid:1000@2122232425262728\n") != text.npos);
  BOOST_TEST(text.find("  supersedes            616263") != text.npos);
  BOOST_TEST(text.find("Lüfter getauscht — see the photo, \"before & after\"\n") != text.npos);
  BOOST_TEST(text.find("proof") == text.npos);
}

BOOST_AUTO_TEST_CASE(lists_flags_and_endless_grants_are_said_in_words) {
  const std::string member = views::entry_human(0, opened_sample("member-added"));
  BOOST_TEST(member.find("  labels                gpu, site=north\n") != member.npos);
  BOOST_TEST(member.find("  reserved              yes\n") != member.npos);
  auto grant = opened_sample("grant-issued");
  std::get<fact::grant_issued>(grant.order.what).grant.expires_milliseconds = 0;
  const std::string text = views::entry_human(0, grant);
  BOOST_TEST(text.find("  rights                read, invoke\n") != text.npos);
  BOOST_TEST(text.find("  expires               -\n") != text.npos);
}

BOOST_AUTO_TEST_CASE(a_tail_shows_one_line_for_each_entry) {
  BOOST_TEST(views::entry_brief(41, opened_sample("posture-set")) ==
             "41 2023-11-14T22:13:20.123Z posture-set node:2122232425262728 by "
             "admin:1112131415161718: as agreed on Monday");
  const views::node_names names{{ledger_id<node_id>(0x21), "laptop-a"}};
  BOOST_TEST(views::entry_brief(8, opened_sample("member-evicted"), names) ==
             "8 2023-11-14T22:13:20.123Z member-evicted node:laptop-a by node:laptop-a");
  BOOST_TEST(views::entry_brief(9, opened_sample("noted"), names)
                 .find("noted by uid:1000@2122232425262728: L") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_entry_that_was_never_checked_cannot_break_the_screen) {
  opened_entry hostile = opened_sample("noted");
  hostile.order.why = "\x1b[2J\nentry 42\xff";
  BOOST_TEST(views::entry_brief(1, hostile).find('\x1b') == std::string::npos);
  BOOST_TEST(views::entry_human(1, hostile).find("\nentry 42") == std::string::npos);
  for (export_format format : formats) {
    const std::string row = views::export_entry(format, 1, hostile);
    BOOST_TEST(row.find("\nentry") == row.npos);
    BOOST_TEST(row.find('\x1b') == row.npos);
    BOOST_TEST(row.find('\xff') == row.npos);
  }
}

// -- exports --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_row_has_the_same_columns_in_every_format) {
  const opened_entry entry = opened_sample("admin-removed");
  const std::string key = ledger_id<signing_public>(0x11).hex();
  const std::string id = "101112131415161718191a1b1c1d1e1f";
  const std::string proof = ledger_id<signature>(0x12).hex();
  const std::string gone = ledger_id<signing_public>(0x41).hex();
  BOOST_TEST(views::export_entry(export_format::jsonl, 3, entry) ==
             R"({"index":3,"when":"2023-11-14T22:13:20.123Z","term":2,"kind":"admin-removed",)"
             R"("who":"admin:1112131415161718","subject":"admin:4142434445464748",)"
             R"("why":"as agreed on Monday","id":")" +
                 id + R"(","supersedes":null,"admin":")" + key +
                 R"(","previous_size":41,"details":{"author_key":")" + key + R"(","proof":")" +
                 proof + R"(","removed_admin":")" + gone + "\"}}\n");
  BOOST_TEST(views::export_header(export_format::csv) ==
             "index,when,term,kind,who,subject,why,id,supersedes,admin,previous_size,details\n");
  BOOST_TEST(views::export_entry(export_format::csv, 3, entry) ==
             "3,2023-11-14T22:13:20.123Z,2,admin-removed,admin:1112131415161718,"
             "admin:4142434445464748,as agreed on Monday," +
                 id + ",," + key + ",41,\"{\"\"author_key\"\":\"\"" + key +
                 "\"\",\"\"proof\"\":\"\"" + proof + "\"\",\"\"removed_admin\"\":\"\"" + gone +
                 "\"\"}\"\n");
  BOOST_TEST(views::export_entry(export_format::yaml, 3, entry) ==
             "- index: 3\n  when: \"2023-11-14T22:13:20.123Z\"\n  term: 2\n"
             "  kind: \"admin-removed\"\n  who: \"admin:1112131415161718\"\n"
             "  subject: \"admin:4142434445464748\"\n  why: \"as agreed on Monday\"\n"
             "  id: \"" +
                 id + "\"\n  supersedes: null\n  admin: \"" + key +
                 "\"\n  previous_size: 41\n  details:\n    author_key: \"" + key +
                 "\"\n    proof: \"" + proof + "\"\n    removed_admin: \"" + gone + "\"\n");
}

BOOST_AUTO_TEST_CASE(the_octets_of_an_entry_export_like_the_entry) {
  for (const opened_entry& entry : all_samples())
    for (export_format format : formats)
      BOOST_TEST(views::export_entry(format, 5, entry) ==
                 views::export_entry(format, 5, wire::encode_entry(entry.entry).value()));
}

BOOST_AUTO_TEST_CASE(an_entry_that_cannot_be_read_has_a_row) {
  const bytes octets{1, 2, 3};
  const json row = json::parse(views::export_entry(export_format::jsonl, 9, octets));
  BOOST_TEST(row["index"] == 9);
  BOOST_TEST(row["kind"] == "undecodable");
  BOOST_TEST(row["when"].is_null());
  BOOST_TEST(row["details"]["leaf"] == log::leaf_hash(octets).hex());
  BOOST_TEST(row["details"]["octets"] == 3);
  const auto cells = read_csv(views::export_header(export_format::csv) +
                              views::export_entry(export_format::csv, 9, octets));
  BOOST_TEST(cells.at(1).size() == cells.at(0).size());
  std::size_t column = 0;
  for (const auto& [key, value] : row.items())
    BOOST_TEST(cells[0].at(column++) == key);
  BOOST_TEST(views::export_entry(export_format::yaml, 9, octets).find("  who: null\n") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(csv_and_jsonl_say_the_same) {
  const auto check = [](const std::vector<opened_entry>& entries) {
    return agree(exported(export_format::jsonl, entries), exported(export_format::csv, entries));
  };
  BOOST_TEST(check(all_samples()));
  BOOST_TEST(rc::check("any entries", [&] { RC_ASSERT(check(some_random_entries())); }));
}

// -- YAML, by a reader that is not ours -----------------------------------------------------------

constexpr const char* compare_script = R"(
import json, sys, yaml
with open(sys.argv[1], encoding='utf-8', newline='') as f: lines = f.read().split('\n')[:-1]
with open(sys.argv[2], encoding='utf-8', newline='') as f: loaded = yaml.safe_load(f.read())
sys.exit(0 if [json.loads(line) for line in lines] == (loaded or []) else 1)
)";

class scratch {
public:
  scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "ppn-views-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  ~scratch() { std::filesystem::remove_all(folder_); }
  std::string put(const char* name, const std::string& text) const {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

private:
  std::filesystem::path folder_;
};

bool has_yaml_reader() {
  return std::system("python3 -c 'import yaml' 2>/dev/null") == 0;
}

bool yaml_equals(const std::string& jsonl, const std::string& yaml) {
  const scratch files;
  const std::string command = "python3 " + files.put("compare.py", compare_script) + " " +
                              files.put("entries.jsonl", jsonl) + " " +
                              files.put("entries.yaml", yaml);
  return std::system(command.c_str()) == 0;
}

BOOST_AUTO_TEST_CASE(another_yaml_reader_sees_what_the_json_says) {
  if (!has_yaml_reader()) {
    BOOST_TEST_MESSAGE("skipped: python3 has no module yaml");
    return;
  }
  const auto check = [](const std::vector<opened_entry>& entries) {
    return yaml_equals(exported(export_format::jsonl, entries),
                       exported(export_format::yaml, entries));
  };
  BOOST_TEST(check({}));
  BOOST_TEST(check(all_samples()));
  std::vector<opened_entry> random;
  BOOST_TEST(rc::check("drawn", [&] {
    if (random.size() < 200)
      for (opened_entry& entry : some_random_entries())
        random.push_back(std::move(entry));
  }));
  BOOST_TEST(check(random));
  BOOST_TEST(!yaml_equals("{\"a\":1}\n", "- a: 2\n"));
  const std::string grants = views::grants_yaml(sample_state());
  BOOST_TEST(yaml_equals("", views::grants_yaml({})));
  BOOST_TEST(!yaml_equals("", grants));
}

BOOST_AUTO_TEST_CASE(no_locale_has_a_part_in_it) {
  const auto everything = [] {
    std::string out;
    for (export_format format : formats)
      out += exported(format, all_samples());
    for (const opened_entry& entry : all_samples())
      out += views::entry_human(1'234'567, entry);
    return out + views::members_csv(sample_state()) + views::grants_yaml(sample_state());
  };
  struct grouped : std::numpunct<char> {
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::string before = everything();
  const std::locale old = std::locale::global(std::locale(std::locale(), new grouped));
  std::setlocale(LC_ALL, "");
  const std::string after = everything();
  std::locale::global(old);
  BOOST_TEST(before == after);
}

BOOST_AUTO_TEST_CASE(formats_are_read_by_their_names) {
  for (export_format format : formats)
    BOOST_TEST((views::export_format_from(to_string(format)) == format));
  BOOST_TEST(!views::export_format_from("json"));
}

// -- registers ------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_nodes_are_those_that_run_guests) {
  const auto member = sample_member();
  BOOST_TEST(
      views::nodes_jsonl(sample_state()) ==
      R"({"id":")" + ledger_id<node_id>(0x21).hex() +
          R"(","name":"laptop-a","address":"10.8.0.2","port":7401,"posture":"leased",)"
          R"("reserved":true,"labels":["gpu","site=north"],"roles":["controller","witness"],)"
          R"("evicted":true,"evictions":2,"changed_index":5,"log_key":")" +
          member.keys.log.hex() + R"(","witness_key":")" + member.keys.witness.hex() +
          R"(","certificate":")" + member.keys.certificate.hex() + "\"}\n");
  BOOST_TEST(views::nodes_jsonl({}) == "");
}

BOOST_AUTO_TEST_CASE(the_members_are_all_of_them) {
  const std::string columns =
      "id,name,kind,address,port,posture,reserved,labels,roles,evicted,evictions,changed_index\n";
  BOOST_TEST(views::members_csv(sample_state()) ==
             columns + ledger_id<node_id>(0x21).hex() +
                 ",laptop-a,node,10.8.0.2,7401,leased,yes,\"[\"\"gpu\"\",\"\"site=north\"\"]\","
                 "controller witness,yes,2,5\n" +
                 ledger_id<node_id>(0x91).hex() +
                 ",'=desk,operator,10.8.0.9,7401,onprem,no,[],hub,no,0,6\n");
  BOOST_TEST(views::members_csv({}) == columns);
}

BOOST_AUTO_TEST_CASE(the_grants_say_whether_they_are_in_force) {
  const std::string text = views::grants_yaml(sample_state());
  BOOST_TEST(text.find("- serial: \"3132") == 0u);
  BOOST_TEST(text.find("  rights: [\"read\", \"invoke\"]\n") != text.npos);
  BOOST_TEST(text.find("  resource: \"web-1\"\n") != text.npos);
  BOOST_TEST(text.find("  expires: \"2027-01-15T08:00:00.000Z\"\n") != text.npos);
  BOOST_TEST(text.find("  issued_index: 9\n  revoked_index: null\n") != text.npos);
  BOOST_TEST(text.find("  resource: \"*\"\n") != text.npos);
  BOOST_TEST(text.find("  expires: null\n") != text.npos);
  BOOST_TEST(text.find("  issued_index: 9\n  revoked_index: 12\n") != text.npos);
  BOOST_TEST(views::grants_yaml({}) == "[]\n");
}

BOOST_AUTO_TEST_CASE(names_come_from_the_state) {
  const auto names = views::names_of(sample_state());
  BOOST_TEST(names.size() == 2u);
  BOOST_TEST(names.at(ledger_id<node_id>(0x21)) == "laptop-a");
}

BOOST_AUTO_TEST_CASE(the_explanation_names_every_kind_column_and_register) {
  const std::string text = views::views_readme("ppn/70717273");
  BOOST_TEST(text.find("ppn/70717273\n") != text.npos);
  for (const order_sample& sample : order_samples())
    BOOST_TEST(text.find("\n" + std::string{kind_of(sample.value.what)} + " ") != text.npos);
  const json row =
      json::parse(views::export_entry(export_format::jsonl, 0, opened_sample("noted")));
  for (const auto& [column, value] : row.items())
    BOOST_TEST(text.find("\n" + column + " ") != text.npos, column);
  for (const char* file : {"nodes.jsonl", "members.csv", "grants.yaml", "guests.csv"})
    BOOST_TEST(text.find(std::string{"\n"} + file + " ") != text.npos, file);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    BOOST_TEST(line.size() <= 110u, line);
  BOOST_TEST(views::guests_csv({}) ==
             "id,name,type,node,state,ram,vcpus,disk,entity,since_index\n");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace ppn
