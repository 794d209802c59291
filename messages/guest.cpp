#include "messages/guest.hpp"

#include <array>
#include <utility>

namespace ppn {

namespace {

template <class Value, std::size_t Count>
using name_table = std::array<std::pair<Value, std::string_view>, Count>;

template <class Value, std::size_t Count>
std::string_view name_of(const name_table<Value, Count>& names, Value value) {
  for (const auto& [each, name] : names)
    if (each == value) return name;
  return "unknown";
}

template <class Value, std::size_t Count>
std::optional<Value> value_of(const name_table<Value, Count>& names, std::string_view text) {
  for (const auto& [each, name] : names)
    if (name == text) return each;
  return std::nullopt;
}

constexpr name_table<guest_type, 4> types{{{guest_type::totebox, "totebox"},
                                           {guest_type::mediakit, "mediakit"},
                                           {guest_type::orchestration, "orchestration"},
                                           {guest_type::privategit, "privategit"}}};
constexpr name_table<guest_exposure, 3> exposures{{{guest_exposure::mesh, "mesh"},
                                                   {guest_exposure::loopback, "loopback"},
                                                   {guest_exposure::everywhere, "public"}}};
constexpr name_table<guest_egress, 2> egresses{
    {{guest_egress::none, "none"}, {guest_egress::internet, "internet"}}};
constexpr name_table<guest_restart, 3> restarts{{{guest_restart::never, "never"},
                                                 {guest_restart::on_failure, "on-failure"},
                                                 {guest_restart::always, "always"}}};
constexpr name_table<guest_phase, 12> phases{{{guest_phase::planned, "planned"},
                                              {guest_phase::preparing, "preparing"},
                                              {guest_phase::starting, "starting"},
                                              {guest_phase::running, "running"},
                                              {guest_phase::paused, "paused"},
                                              {guest_phase::stopping, "stopping"},
                                              {guest_phase::stopped, "stopped"},
                                              {guest_phase::failed, "failed"},
                                              {guest_phase::lost, "lost"},
                                              {guest_phase::sealed, "sealed"},
                                              {guest_phase::retired, "retired"},
                                              {guest_phase::purged, "purged"}}};
constexpr name_table<guest_act, 10> acts{{{guest_act::create, "create"},
                                          {guest_act::start, "start"},
                                          {guest_act::stop, "stop"},
                                          {guest_act::force_stop, "force-stop"},
                                          {guest_act::reset, "reset"},
                                          {guest_act::remove, "delete"},
                                          {guest_act::unremove, "undelete"},
                                          {guest_act::retire, "retire"},
                                          {guest_act::change, "set"},
                                          {guest_act::balloon, "balloon"}}};

} // namespace

std::string_view to_string(guest_type value) {
  return name_of(types, value);
}
std::string_view to_string(guest_exposure value) {
  return name_of(exposures, value);
}
std::string_view to_string(guest_egress value) {
  return name_of(egresses, value);
}
std::string_view to_string(guest_restart value) {
  return name_of(restarts, value);
}
std::string_view to_string(guest_phase value) {
  return name_of(phases, value);
}
std::string_view to_string(guest_act value) {
  return name_of(acts, value);
}

std::optional<guest_type> guest_type_from(std::string_view text) {
  return value_of(types, text);
}
std::optional<guest_exposure> guest_exposure_from(std::string_view text) {
  return value_of(exposures, text);
}
std::optional<guest_egress> guest_egress_from(std::string_view text) {
  return value_of(egresses, text);
}
std::optional<guest_restart> guest_restart_from(std::string_view text) {
  return value_of(restarts, text);
}

} // namespace ppn
