#include "storage/ledger/founding.hpp"

#include "messages/wire/ledger_codec.hpp"
#include "runtime/crypto/hash.hpp"
#include "storage/log/base64.hpp"
#include "storage/log/text.hpp"

#include <algorithm>
#include <set>

namespace ppn {

namespace {

constexpr std::string_view first_line = "ppn founding v1";
constexpr std::size_t founding_entries_max = 16'384 + 8;

fleet_id fleet_of_order(bytes_view order) {
  return *fleet_id::from(crypto::sha256(order).view().first(fleet_id::size));
}

// Makes one signed entry after the other.
class founder {
public:
  founder(const founding_plan& plan, const signing_public& admin, entropy& random,
          const sign_as_admin& sign)
      : plan_(plan), admin_(admin), random_(random), sign_(sign) {}

  status add(entry_fact what) {
    ledger_order order;
    random_.fill(order.id.octets);
    order.who = {order_author::kind::admin, admin_, 0};
    order.what = std::move(what);
    auto octets = wire::encode_order(order);
    if (!octets) return fail(octets.error());
    bool first = made_.entries.empty();
    // The genesis is signed before there is a fleet.
    signature proof = sign_(authority_text(first ? fleet_id{} : made_.fleet, made_.entries.size(),
                                           *octets));
    if (first) made_.fleet = fleet_of_order(*octets);
    order_authority authority{admin_, made_.entries.size(), proof};
    auto entry = wire::encode_entry(
      {term_number{1}, plan_.when_milliseconds, {std::move(*octets), std::move(authority)}});
    if (!entry) return fail(entry.error());
    made_.entries.push_back(std::move(*entry));
    return {};
  }
  founded_fleet take() { return std::move(made_); }

private:
  const founding_plan& plan_;
  signing_public admin_;
  entropy& random_;
  const sign_as_admin& sign_;
  founded_fleet made_;
};

} // namespace

result<founded_fleet> found_fleet(const founding_plan& plan, const signing_public& admin,
                                  entropy& random, const sign_as_admin& sign) {
  // Later in a ledger the same id again changes a record; in a founding it is a mistake.
  std::set<node_id> ids;
  for (const founding_member& member : plan.members)
    if (!ids.insert(member.record.id).second)
      return fail(ec::invalid, "two members have one key: " + member.record.id.brief() + ", '" +
                                 member.record.name + "' is the second");
  std::vector<entry_fact> facts;
  facts.push_back(fact::genesis{plan.fleet_name, admin, plan.mesh_prefix});
  for (const founding_member& member : plan.members)
    facts.push_back(fact::member_added{member.record, member.keys});
  facts.push_back(fact::role_given{fleet_role::controller, plan.controller, term_number{1}, false, 0, {}});
  facts.push_back(fact::acknowledgement_chosen{plan.policy});
  auto witnesses = plan.witnesses;
  std::sort(witnesses.begin(), witnesses.end());
  if (!witnesses.empty()) facts.push_back(fact::witnesses_named{std::move(witnesses)});
  founder work(plan, admin, random, sign);
  for (entry_fact& what : facts)
    if (status added = work.add(std::move(what)); !added) return fail(added.error());
  return work.take();
}

result<fleet_id> fleet_of(bytes_view first_entry) {
  auto opened = wire::decode_entry(first_entry);
  if (!opened) return fail(opened.error());
  if (!std::holds_alternative<fact::genesis>(opened->order.what))
    return fail(ec::malformed, "a founding begins with a genesis");
  return fleet_of_order(opened->entry.order.octets);
}

std::string founding_text(const std::vector<bytes>& entries) {
  std::string text(first_line);
  text += '\n';
  for (const bytes& entry : entries) text += log::to_base64(entry) + '\n';
  return text;
}

result<founded_fleet> parse_founding(std::string_view text) {
  log::line_reader lines(text);
  auto line = lines.next();
  if (!line || *line != first_line)
    return fail(ec::malformed, "a founding begins with the line '" + std::string(first_line) + "'");
  founded_fleet made;
  while ((line = lines.next())) {
    auto entry = log::from_base64(*line);
    if (!entry || made.entries.size() == founding_entries_max)
      return fail(ec::malformed, "line " + std::to_string(made.entries.size() + 2) +
                                   " of the founding is no entry in base64");
    made.entries.push_back(std::move(*entry));
  }
  if (!lines.rest().empty() || made.entries.empty())
    return fail(ec::malformed, "the founding is cut off");
  auto fleet = fleet_of(made.entries.front());
  if (!fleet) return fail(fleet.error());
  made.fleet = *fleet;
  return made;
}

} // namespace ppn
