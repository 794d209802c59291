#include "runtime/guest/catalogue.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace ppn {

namespace {

constexpr std::size_t services_most = 32;
constexpr std::size_t short_text = 128;
constexpr std::uint64_t ram_most = 16ull << 40;
constexpr std::uint64_t disk_most = 1ull << 50;

catalogue_service read_service(const document_value& table, document_problems& problems) {
  table_reader reader(table, "service", problems);
  catalogue_service to;
  reader.require("name");
  to.service.name = reader.name("name", {});
  to.app = reader.name("app", to.service.name);
  to.service.port = static_cast<std::uint16_t>(reader.number("port", 0, 1, 65'535));
  to.service.probe_path = reader.text("probe", {}, short_text);
  if (!to.service.probe_path.empty() && to.service.probe_path.front() != '/')
    reader.refuse("probe", "a probe is a path that begins with '/'");
  to.service.pending = reader.text("pending", {}, short_text);
  to.service.depends = reader.texts("depends", services_most, 63);
  to.belongs_in = reader.name("belongs_in", {});
  to.optional = reader.flag("optional", false);
  reader.finish();
  return to;
}

void read_type_table(const document_value& table, catalogue_type& to, document_problems& problems) {
  table_reader reader(table, "type", problems);
  for (std::string_view key : {"name", "os", "purpose", "guest"})
    reader.require(key);
  to.name = reader.name("name", {});
  to.os = reader.name("os", {});
  to.purpose = reader.text("purpose", {}, short_text);
  to.is_guest = reader.flag("guest", true);
  to.back_end = reader.name("back_end", "none");
  to.ram = reader.octets("ram", 0, 1, ram_most);
  to.vcpus = static_cast<std::uint32_t>(reader.number("vcpus", 1, 1, 256));
  to.disk = reader.octets("disk", 0, 1, disk_most);
  to.image = reader.text("image", {}, 63);
  to.user = reader.name("user", {});
  if (to.is_guest)
    for (std::string_view key : {"ram", "disk", "image", "user"})
      reader.require(key);
  if (to.is_guest != guest_type_from(to.name).has_value())
    reader.refuse("guest",
                  fmt::format("'{}' is {} type of guests", to.name, to.is_guest ? "no" : "a"));
  reader.finish();
}

void check_services(const catalogue_type& type, const std::vector<const document_value*>& at,
                    document_problems& problems) {
  std::set<std::string> names;
  std::set<std::uint16_t> ports;
  for (const catalogue_service& each : type.services)
    names.insert(each.service.name);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < type.services.size(); ++i) {
    const guest_service& service = type.services[i].service;
    if (!seen.insert(service.name).second)
      problems.report(*at[i], fmt::format("service '{}' is there twice", service.name));
    if (service.port != 0 && !ports.insert(service.port).second)
      problems.report(*at[i], fmt::format("port {} is taken by another service", service.port));
    for (const std::string& depends : service.depends)
      if (names.count(depends) == 0)
        problems.report(
            *at[i], fmt::format("'{}' depends on '{}', which is not here", service.name, depends));
  }
}

result<catalogue_type> read_type(const catalogue_text& from) {
  auto document = read_toml_document(from.text, from.file);
  if (!document) return fail(document.error());
  document_problems problems(from.file);
  catalogue_type to;
  table_reader reader(*document, "", problems);
  reader.require("type");
  if (const document_value* type = reader.table("type")) read_type_table(*type, to, problems);
  auto services = reader.tables("service", services_most);
  for (const document_value* each : services)
    to.services.push_back(read_service(*each, problems));
  reader.finish();
  check_services(to, services, problems);
  if (auto done = problems.first(); !done) return fail(done.error());
  return to;
}

} // namespace

const catalogue_service* catalogue_type::find(std::string_view service) const {
  for (const catalogue_service& each : services)
    if (each.service.name == service) return &each;
  for (const catalogue_service& each : services)
    if (each.app == service) return &each;
  return nullptr;
}

const catalogue_type* catalogue::find(std::string_view type) const {
  auto at = types_.find(type);
  return at == types_.end() ? nullptr : &at->second;
}

const catalogue_type* catalogue::home_of(std::string_view service) const {
  for (const auto& [name, type] : types_) {
    const catalogue_service* found = type.find(service);
    if (found == nullptr) continue;
    return found->belongs_in.empty() ? &type : find(found->belongs_in);
  }
  return nullptr;
}

result<catalogue> load_catalogue(const std::vector<catalogue_text>& texts) {
  catalogue to;
  for (const catalogue_text& each : texts) {
    auto type = read_type(each);
    if (!type) return fail(type.error());
    std::string name = type->name;
    if (!to.types_.emplace(name, std::move(*type)).second)
      return fail(ec::invalid, fmt::format("{}: type '{}' is there twice", each.file, name));
  }
  for (guest_type each : {guest_type::totebox, guest_type::mediakit, guest_type::orchestration,
                          guest_type::privategit})
    if (to.find(to_string(each)) == nullptr)
      return fail(ec::invalid, fmt::format("the catalogue has no type '{}'", to_string(each)));
  for (const auto& [name, type] : to.types_)
    for (const catalogue_service& each : type.services) {
      if (each.belongs_in.empty()) continue;
      const catalogue_type* home = to.find(each.belongs_in);
      if (home == nullptr || home->find(each.app) == nullptr)
        return fail(ec::invalid,
                    fmt::format("type '{}': '{}' belongs in '{}', which does not have it", name,
                                each.service.name, each.belongs_in));
    }
  return to;
}

const catalogue& shipped_catalogue() {
  static const catalogue shipped = [] {
    auto loaded = load_catalogue(shipped_catalogue_texts());
    PPN_ASSERT(loaded.has_value()); // a test loads the same files
    return std::move(*loaded);
  }();
  return shipped;
}

} // namespace ppn
