#include "runtime/daemon/founding_file.hpp"

#include "runtime/adapters/operator_files.hpp"
#include "runtime/crypto/keys.hpp"
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
  auto text = read_whole_file(path, octets_max);
  if (!text) return fail(text.error()); // names the file already
  auto founded = parse_founding(text_of(*text));
  if (!founded) return refused(founded.error());
  auto members = members_of(*founded);
  if (!members) return refused(members.error());
  return fleet_founding{founded->fleet, std::move(founded->entries), *members};
}

} // namespace ppn
