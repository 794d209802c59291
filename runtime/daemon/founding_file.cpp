#include "runtime/daemon/founding_file.hpp"

#include "runtime/adapters/operator_files.hpp"
#include "runtime/crypto/keys.hpp"
#include "storage/ledger/enrolment.hpp"
#include "storage/ledger/fleet_fold.hpp"
#include "storage/ledger/founding.hpp"

namespace ppn {

namespace {

constexpr std::size_t octets_max = 64 * 1024 * 1024;

result<membership_ptr> members_of(const founded_fleet& founded) {
  fleet_fold fold(founded.fleet, crypto::verify);
  for (std::size_t index = 0; index < founded.entries.size(); ++index) {
    fold.apply(founded.entries[index]);
    if (!fold.findings.empty())
      return fail(ec::invalid, "entry " + std::to_string(index) + " (" + fold.findings.front().kind +
                                 ") does not count: " + fold.findings.front().reason.text);
  }
  auto members = fold.members();
  if (!members) return fail(ec::invalid, "the founding names no controller");
  return members;
}

} // namespace

result<fleet_founding> read_founding(const std::string& path) {
  auto refused = [&](const error& why) { return fail(why.code, path + ": " + why.text); };
  auto octets = read_whole_file(path, octets_max);
  if (!octets) return fail(octets.error()); // names the file already
  const std::string_view text = text_of(*octets);
  fleet_founding made;
  if (auto enrolled = parse_enrolment(text)) {
    made.enrolled = std::move(enrolled->self);
    made.entries = std::move(enrolled->founding);
  } else {
    auto founded = parse_founding(text);
    if (!founded) return refused(founded.error());
    made.entries = std::move(founded->entries);
  }
  auto fleet = fleet_of(made.entries.front());
  if (!fleet) return refused(fleet.error());
  made.fleet = *fleet;
  auto members = members_of({made.fleet, made.entries});
  if (!members) return refused(members.error());
  made.members = *members;
  return made;
}

} // namespace ppn
