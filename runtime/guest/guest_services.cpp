#include "runtime/guest/guest_services.hpp"

#include "messages/base/assert.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace ppn {

namespace {

constexpr std::string_view by_mesh = "mesh:"; // a dependence that is reached over the mesh

bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

class settling {
public:
  settling(loaded_guest& guest, const document_value& at, const catalogue& types,
           document_problems& problems)
      : guest_(guest), at_(at), types_(types), problems_(problems),
        type_(types.find(to_string(guest.spec.type))) {
    PPN_ASSERT(type_ != nullptr);
  }

  void add_written(written_service& written) {
    guest_service& service = written.service;
    const catalogue_service* row = type_->find(service.name);
    const catalogue_type* home = types_.home_of(service.name);
    if (row == nullptr && home != nullptr) {
      report(written,
             fmt::format("'{}' belongs in a guest of type '{}', not in '{}': a service lives "
                         "where its data and its trust do",
                         service.name, home->name, type_->name));
    } else if (row == nullptr) {
      guest_.warnings.push_back(fmt::format(
          "service '{}' is in no catalogue: nobody checked that it belongs here", service.name));
    } else {
      fill(written, *row);
    }
    add(written.service, written.at);
  }

  void add_rest() {
    for (const catalogue_service& row : type_->services)
      if (!row.optional && find(row.service.name) == nullptr) {
        warn_if_misplaced(row);
        add(row.service, nullptr);
      }
  }

  void forward(const std::vector<std::string>& names) {
    bool all = contains(names, "all");
    for (const std::string& each : names) {
      if (each == "all" || each == "none") {
        if (names.size() > 1) problem(nullptr, fmt::format("forward: '{}' stands alone", each));
      } else if (find(each) == nullptr) {
        problem(nullptr, fmt::format("forward: this guest has no service '{}'; it has {}", each,
                                     all_names()));
      } else if (find(each)->port == 0) {
        problem(nullptr, fmt::format("forward: service '{}' listens on no port", each));
      }
    }
    for (guest_service& service : services()) {
      bool wanted = (all && service.port != 0) || contains(names, service.name);
      if (wanted && service.host_port == 0 && service.port != 0) forward_by_rule(service);
    }
  }

  void check() {
    std::map<std::uint16_t, std::string> taken;
    for (const guest_service& service : services()) {
      if (service.host_port != 0) {
        auto [at, is_new] = taken.emplace(service.host_port, service.name);
        if (!is_new)
          problem(place(service), fmt::format("host port {} of service '{}' is also that of '{}'",
                                              service.host_port, service.name, at->second));
      }
      if (guest_.spec.type == guest_type::totebox && service.exposure == guest_exposure::everywhere)
        problem(
            place(service),
            fmt::format("service '{}' of a Totebox is never public: use \"mesh\" or \"loopback\"",
                        service.name));
      for (const std::string& depends : service.depends)
        check_dependence(service, depends);
    }
  }

private:
  std::vector<guest_service>& services() { return guest_.spec.services; }

  guest_service* find(std::string_view name) {
    for (guest_service& each : services())
      if (each.name == name) return &each;
    return nullptr;
  }

  const document_value* place(const guest_service& service) const {
    auto at = places_.find(service.name);
    return at == places_.end() ? nullptr : at->second;
  }

  void problem(const document_value* at, std::string text) {
    problems_.report(at == nullptr ? at_ : *at, std::move(text));
  }
  void report(const written_service& at, std::string text) { problem(at.at, std::move(text)); }

  std::string all_names() {
    std::string names;
    for (const guest_service& each : services())
      if (each.port != 0) names += (names.empty() ? "" : ", ") + each.name;
    return names.empty() ? "none with a port" : names;
  }

  void fill(written_service& written, const catalogue_service& row) {
    guest_service& to = written.service;
    if (!written.has_port) to.port = row.service.port;
    if (!written.has_probe) to.probe_path = row.service.probe_path;
    if (!written.has_depends) to.depends = row.service.depends;
    to.pending = row.service.pending;
    warn_if_misplaced(row);
  }

  void warn_if_misplaced(const catalogue_service& row) {
    if (row.belongs_in.empty()) return;
    guest_.warnings.push_back(
        fmt::format("service '{}' is pending and misplaced in '{}': it belongs in '{}'",
                    row.service.name, type_->name, row.belongs_in));
  }

  void add(const guest_service& service, const document_value* at) {
    if (find(service.name) != nullptr)
      return problem(at, fmt::format("service '{}' is there twice", service.name));
    if (at != nullptr) places_[service.name] = at;
    services().push_back(service);
  }

  void forward_by_rule(guest_service& service) {
    if (auto port = host_port_by_rule(service.port))
      service.host_port = *port;
    else
      problem(place(service), fmt::format("service '{}' has port {}, above 9999: say its host_port",
                                          service.name, service.port));
  }

  void check_dependence(const guest_service& service, std::string_view depends) {
    bool mesh = depends.starts_with(by_mesh);
    if (mesh) depends.remove_prefix(by_mesh.size());
    const catalogue_type* home = types_.home_of(depends);
    if (mesh) {
      if (home == nullptr) problem(place(service), unknown(service, depends));
      return;
    }
    const catalogue_service* here = type_->find(depends);
    if (home != nullptr && home != type_) {
      if (here == nullptr || here->belongs_in.empty())
        return problem(
            place(service),
            fmt::format("service '{}' depends by loopback on '{}', which belongs in a guest of "
                        "type '{}': write \"mesh:{}\"",
                        service.name, depends, home->name, depends));
      guest_.warnings.push_back(fmt::format("service '{}' depends by loopback on '{}' of type '{}'",
                                            service.name, depends, home->name));
    }
    if (find(depends) == nullptr) problem(place(service), unknown(service, depends));
  }

  std::string unknown(const guest_service& service, std::string_view depends) {
    return fmt::format("service '{}' depends on '{}', which this guest does not have", service.name,
                       depends);
  }

  loaded_guest& guest_;
  const document_value& at_;
  const catalogue& types_;
  document_problems& problems_;
  const catalogue_type* type_;
  std::map<std::string, const document_value*, std::less<>> places_;
};

} // namespace

void settle_services(loaded_guest& guest, std::vector<written_service> written,
                     const std::vector<std::string>& forward, const document_value& at,
                     const catalogue& types, document_problems& problems) {
  settling work(guest, at, types, problems);
  for (written_service& each : written)
    work.add_written(each);
  work.add_rest();
  std::vector<std::string> names = forward;
  for (const written_service& each : written)
    if (each.forward && !contains(names, "all")) {
      std::erase(names, "none");
      names.push_back(each.service.name);
    }
  work.forward(names);
  work.check();
}

} // namespace ppn
