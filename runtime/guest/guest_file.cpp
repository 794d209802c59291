#include "runtime/guest/guest_file.hpp"

#include "messages/base/limits.hpp"
#include "runtime/config/config_text.hpp"
#include "runtime/guest/guest_services.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

namespace ppn {

namespace {

constexpr std::uint64_t mebi = 1024 * 1024;
constexpr std::uint64_t gibi = 1024 * mebi;
constexpr std::uint64_t ram_least = 32 * mebi;
constexpr std::uint64_t ram_most = 1024 * 16 * gibi;
constexpr std::uint64_t disk_least = mebi;
constexpr std::uint64_t disk_most = 1024 * 1024 * gibi;
constexpr std::size_t services_most = 32;
constexpr std::size_t ssh_keys_most = 16;
constexpr std::size_t ssh_key_octets = 900; // a line of a file has 1024

constexpr std::array<std::pair<guest_tier, std::string_view>, 4> tiers{
    {{guest_tier::none, "none"},
     {guest_tier::vault, "vault"},
     {guest_tier::relay, "relay"},
     {guest_tier::iron, "iron"}}};

std::uint64_t whole_mebi(std::uint64_t octets) {
  return (octets + mebi - 1) / mebi * mebi;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    std::size_t end = std::min(text.find(','), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

bool is_image_name(std::string_view text) {
  auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  return text.size() <= limits::name_octets && !text.empty() && text.front() != '.' &&
         text.front() != '-' && std::all_of(text.begin(), text.end(), fits);
}

bool is_ssh_key(std::string_view text) {
  constexpr std::string_view kinds[] = {"ssh-ed25519 ",         "ssh-rsa ",
                                        "ecdsa-sha2-nistp256 ", "ecdsa-sha2-nistp384 ",
                                        "ecdsa-sha2-nistp521 ", "sk-ssh-ed25519@openssh.com "};
  for (std::string_view kind : kinds) {
    if (!text.starts_with(kind)) continue;
    std::string_view rest = text.substr(kind.size());
    std::string_view key = rest.substr(0, rest.find(' '));
    auto fits = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '+' || c == '/' || c == '=';
    };
    return key.size() >= 64 && key.starts_with("AAAA") && std::all_of(key.begin(), key.end(), fits);
  }
  return false;
}

// -- options before the file
// -----------------------------------------------------------------------------

constexpr std::string_view list_keys[] = {"labels", "affinity", "anti_affinity", "forward",
                                          "ssh_keys"};
constexpr std::string_view number_keys[] = {"vcpus", "cpu_weight", "start_order"};
constexpr std::string_view flag_keys[] = {"prefer_kvm", "autostart", "override_posture"};

template <class Keys>
bool is_one_of(std::string_view key, const Keys& keys) {
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

document_value option_value(const std::string& key, const std::string& text) {
  document_value value;
  value.line = value.column = 0; // the command line
  value.is = text;
  if (is_one_of(key, list_keys) && key != "forward") {
    document_list list;
    for (std::string& each : split(text))
      list.push_back({0, 0, std::move(each)});
    value.is = std::move(list);
  } else if (is_one_of(key, number_keys)) {
    bool digits =
        !text.empty() && text.size() < 10 &&
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits) value.is = static_cast<std::int64_t>(std::stoll(text));
  } else if (is_one_of(key, flag_keys) && (text == "true" || text == "false")) {
    value.is = text == "true";
  }
  return value;
}

void apply(const guest_options& options, document_value& document) {
  auto* root = std::get_if<document_table>(&document.is);
  if (root == nullptr || options.empty()) return;
  for (const auto& [key, text] : options) {
    std::string section = key == "ssh_keys" || key == "user_data" ? "cloud_init" : "guest";
    document_value& in = (*root)[section];
    if (std::holds_alternative<bool>(in.is)) in = {0, 0, document_table{}};
    if (auto* table = std::get_if<document_table>(&in.is)) (*table)[key] = option_value(key, text);
  }
}

// -- sections
// --------------------------------------------------------------------------------------------

class guest_reader {
public:
  guest_reader(loaded_guest& to, const catalogue& types, document_problems& problems)
      : to_(to), spec_(to.spec), types_(types), problems_(problems) {}

  void read(const document_value& document) {
    table_reader root(document, "", problems_);
    root.require("guest");
    const document_value* guest = root.table("guest");
    const document_value* cloud_init = root.table("cloud_init");
    auto services = root.tables("service", services_most);
    root.finish();
    if (guest == nullptr) return;
    table_reader reader(*guest, "guest", problems_);
    if (!read_type(reader)) return;
    read_size(reader);
    read_rules(reader);
    read_life(reader);
    std::vector<std::string> forward = read_forward(reader);
    reader.finish();
    check_totebox(reader);
    if (cloud_init != nullptr) read_cloud_init(*cloud_init);
    std::vector<written_service> written;
    for (const document_value* each : services)
      written.push_back(read_service(*each));
    settle_services(to_, std::move(written), forward, reader.where("forward"), types_, problems_);
  }

private:
  bool read_type(table_reader& reader) {
    reader.require("type");
    reader.require("name");
    spec_.name = reader.name("name", {});
    std::string given = reader.text("type", {}, 64);
    if (auto type = guest_type_from(given)) {
      spec_.type = *type;
      type_ = types_.find(given);
      return type_ != nullptr;
    }
    if (given == "infrastructure")
      reader.refuse(
          "type", "infrastructure is the host fleet itself, never a guest; a machine joins it with "
                  "ppn join");
    else if (!given.empty())
      reader.refuse(
          "type",
          fmt::format("'{}' is no type of guest: totebox, mediakit, orchestration, privategit",
                      printable(given)));
    return false;
  }

  void read_size(table_reader& reader) {
    spec_.ram = whole_mebi(reader.octets("ram", type_->ram, ram_least, ram_most));
    spec_.ram_floor = whole_mebi(
        reader.octets("ram_floor", std::max(ram_least, spec_.ram / 2), ram_least, ram_most));
    if (spec_.ram_floor > spec_.ram) reader.refuse("ram_floor", "the floor is above the RAM");
    spec_.vcpus = static_cast<std::uint32_t>(reader.number("vcpus", type_->vcpus, 1, 256));
    spec_.cpu_weight = static_cast<std::uint32_t>(reader.number("cpu_weight", 100, 1, 10'000));
    spec_.disk = whole_mebi(reader.octets("disk", type_->disk, disk_least, disk_most));
    spec_.pool = reader.name("pool", "default");
    spec_.image = reader.text("image", type_->image, limits::name_octets);
    if (!is_image_name(spec_.image))
      reader.refuse(
          "image",
          "an image is a name of the image library (a-z, 0-9, '-', '.', '_'), never a path");
    std::string sum = reader.text("image_sha256", {}, 64);
    if (sum.empty()) return;
    if (auto digest_of = digest::from_hex_text(sum); digest_of && !digest_of->is_zero())
      spec_.image_digest = *digest_of;
    else
      reader.refuse("image_sha256", "64 hexadecimal digits are wanted");
  }

  void read_rules(table_reader& reader) {
    spec_.entity = reader.name("entity", {});
    to_.tier = reader.word("tier", guest_tier::none, guest_tier_from, "none, vault, relay, iron");
    to_.node = reader.name("node", {});
    spec_.override_posture = reader.flag("override_posture", false);
    spec_.egress = reader.word("egress", guest_egress::none, guest_egress_from, "none, internet");
    spec_.labels = reader.labels("labels");
    spec_.affinity = reader.labels("affinity");
    spec_.anti_affinity = reader.labels("anti_affinity");
    spec_.prefer_kvm = reader.flag("prefer_kvm", false);
  }

  void read_life(table_reader& reader) {
    spec_.autostart = reader.flag("autostart", true);
    spec_.start_order = static_cast<std::uint32_t>(reader.number("start_order", 0, 0, 1'000'000));
    spec_.restart = reader.word("restart", guest_restart::on_failure, guest_restart_from,
                                "never, on-failure, always");
    spec_.hostname = reader.name("hostname", spec_.name);
    spec_.user = reader.name("user", type_->user);
  }

  // "none", "all", one service, or several in an array.
  std::vector<std::string> read_forward(table_reader& reader) {
    if (std::holds_alternative<document_list>(reader.where("forward").is))
      return reader.texts("forward", services_most, limits::name_octets);
    return split(reader.text("forward", "none", 1024));
  }

  void check_totebox(table_reader& reader) {
    if (spec_.type != guest_type::totebox) {
      for (std::string_view key : {"entity", "tier", "override_posture"})
        if (reader.has(key)) reader.refuse(key, "only a Totebox has it");
      return;
    }
    if (spec_.entity.empty())
      reader.refuse(
          "entity",
          "a Totebox names the entity whose vault it is (person, company, property, household)");
    if (to_.tier == guest_tier::vault && spec_.ram > gibi)
      reader.refuse("tier",
                    "a vault has at most 1 GiB of RAM; above that it is \"relay\" or \"iron\"");
    if (to_.tier == guest_tier::relay && spec_.ram > 16 * gibi)
      reader.refuse("tier", "a relay has at most 16 GiB of RAM; above that it is \"iron\"");
    if (to_.tier == guest_tier::iron && spec_.ram < 16 * gibi)
      reader.refuse("tier", "iron has at least 16 GiB of RAM");
  }

  void read_cloud_init(const document_value& table) {
    table_reader reader(table, "cloud_init", problems_);
    to_.user_data = reader.text("user_data", {}, 255);
    to_.ssh_keys = reader.texts("ssh_keys", ssh_keys_most, ssh_key_octets);
    for (const std::string& key : to_.ssh_keys) {
      if (is_ssh_key(key)) continue;
      reader.refuse("ssh_keys",
                    key.find("PRIVATE KEY") != std::string::npos
                        ? "this is a private key: it stays where it is, give the public one"
                        : "a public key is wanted, one line like \"ssh-ed25519 AAAA... name\"");
      break;
    }
    reader.finish();
  }

  written_service read_service(const document_value& table) {
    table_reader reader(table, "service", problems_);
    written_service to;
    to.at = &table;
    reader.require("name");
    to.service.name = reader.name("name", {});
    to.has_port = reader.has("port");
    to.service.port = static_cast<std::uint16_t>(reader.number("port", 0, 1, 65'535));
    to.service.host_port = static_cast<std::uint16_t>(reader.number("host_port", 0, 1, 65'535));
    to.service.exposure = reader.word("exposure", guest_exposure::mesh, guest_exposure_from,
                                      "mesh, loopback, public");
    to.has_probe = reader.has("probe");
    to.service.probe_path = reader.text("probe", {}, 128);
    if (!to.service.probe_path.empty() && to.service.probe_path.front() != '/')
      reader.refuse("probe", "a probe is a path that begins with '/'");
    to.has_depends = reader.has("depends");
    to.service.depends = reader.texts("depends", services_most, 80);
    to.forward = reader.flag("forward", false);
    reader.finish();
    return to;
  }

  loaded_guest& to_;
  guest_spec& spec_;
  const catalogue& types_;
  document_problems& problems_;
  const catalogue_type* type_ = nullptr;
};

result<loaded_guest> read_guest(document_value document, std::string_view file,
                                const catalogue& types, const guest_options& options) {
  apply(options, document);
  document_problems problems(file);
  loaded_guest to;
  guest_reader(to, types, problems).read(document);
  if (auto done = problems.first(); !done) return fail(done.error());
  return to;
}

} // namespace

std::string_view to_string(guest_tier value) {
  return tiers[static_cast<std::size_t>(value)].second;
}

std::optional<guest_tier> guest_tier_from(std::string_view text) {
  for (const auto& [each, name] : tiers)
    if (name == text) return each;
  return std::nullopt;
}

std::optional<std::uint16_t> host_port_by_rule(std::uint16_t port) {
  if (port == 0 || port > 9'999) return std::nullopt;
  return static_cast<std::uint16_t>(10'000 + port);
}

result<loaded_guest> load_guest(std::string_view text, std::string_view file,
                                const catalogue& types, const guest_options& options) {
  auto document = read_toml_document(text, file);
  if (!document) return fail(document.error());
  return read_guest(std::move(*document), file, types, options);
}

result<loaded_guest> guest_from_options(const guest_options& options, const catalogue& types) {
  document_value document{0, 0, document_table{}};
  std::get<document_table>(document.is)["guest"] = {0, 0, document_table{}};
  return read_guest(std::move(document), "command line", types, options);
}

} // namespace ppn
