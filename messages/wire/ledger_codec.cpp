#include "messages/wire/ledger_codec.hpp"

#include "messages/wire/fleet_fields.hpp"
#include "messages/wire/ledger.capnp.h"
#include "messages/wire/ledger_rules.hpp"
#include "messages/wire/segment.hpp"

#include <algorithm>

namespace ppn::wire {

namespace {

// An entry of nothing but an order with an authority: what encode_order must leave room for.
constexpr std::size_t entry_frame_octets = 160;
constexpr std::size_t order_octets_max =
    (limits::entry_octets - entry_frame_octets) / sizeof(capnp::word) * sizeof(capnp::word);

// Like build_segment, in Cap'n Proto's canonical form, which no version of the library may change:
// preorder, without trailing zero words in a struct.
template <class Root, class Fill>
bytes build_canonical(Fill&& fill) {
  capnp::MallocMessageBuilder message(detail::scratch());
  auto root = message.initRoot<Root>();
  fill(root);
  auto words = capnp::canonicalize(root.asReader());
  auto octets = words.asBytes();
  return {octets.begin(), octets.end()};
}

// -- writing
// ----------------------------------------------------------------------------------------------

void write(Author::Builder to, const order_author& from) {
  to.setKind(static_cast<AuthorKind>(from.by));
  to.setKey(data_of(from.key));
  to.setUid(from.uid);
}

void write(MemberKeys::Builder to, const member_keys& from) {
  to.setLog(data_of(from.log));
  to.setWitness(data_of(from.witness));
  to.setCertificate(data_of(from.certificate));
}

void write(Capability::Builder to, const capability& from) {
  to.setSerial(data_of(from.serial));
  if (!from.type.empty()) to.setType(from.type);
  to.setRights(from.rights);
  to.setSubject(data_of(from.subject));
  if (!from.resource.empty()) to.setResource(from.resource);
  to.setIssuedMilliseconds(from.issued_milliseconds);
  to.setExpiresMilliseconds(from.expires_milliseconds);
  to.setAnchorSize(from.anchor_size);
  to.setAnchorRoot(data_of(from.anchor_root));
}

struct fact_writer {
  Order::What::Builder to;

  void operator()(const fact::genesis& m) {
    auto fact = to.initGenesis();
    if (!m.fleet_name.empty()) fact.setFleetName(m.fleet_name);
    fact.setAdmin(data_of(m.admin));
    if (!m.mesh_prefix.empty()) fact.setMeshPrefix(m.mesh_prefix);
  }
  void operator()(const fact::member_added& m) {
    auto fact = to.initMemberAdded();
    wire::write(fact.initRecord(), m.record);
    write(fact.initKeys(), m.keys);
  }
  void operator()(const fact::member_removed& m) {
    to.initMemberRemoved().setMember(data_of(m.member));
  }
  void operator()(const fact::admin_added& m) {
    auto fact = to.initAdminAdded();
    fact.setAdmin(data_of(m.admin));
    if (!m.label.empty()) fact.setLabel(m.label);
  }
  void operator()(const fact::admin_removed& m) {
    to.initAdminRemoved().setAdmin(data_of(m.admin));
  }
  void operator()(const fact::role_given& m) {
    auto fact = to.initRoleGiven();
    fact.setRole(static_cast<FleetRole>(m.role));
    fact.setHolder(data_of(m.holder));
    fact.setTerm(m.term.value);
    fact.setTakenOver(m.taken_over);
    fact.setOldSize(m.old_size);
    fact.setOldRoot(data_of(m.old_root));
  }
  void operator()(const fact::witnesses_named& m) {
    auto fact = to.initWitnessesNamed();
    if (m.witnesses.empty()) return;
    auto list = fact.initWitnesses(static_cast<capnp::uint>(m.witnesses.size()));
    for (capnp::uint i = 0; i < list.size(); ++i)
      list.set(i, data_of(m.witnesses[i]));
  }
  void operator()(const fact::acknowledgement_chosen& m) {
    to.initAcknowledgementChosen().setPolicy(static_cast<Acknowledgement>(m.policy));
  }
  void operator()(const fact::posture_set& m) {
    auto fact = to.initPostureSet();
    fact.setMember(data_of(m.member));
    fact.setPosture(static_cast<Posture>(m.trust));
  }
  void operator()(const fact::grant_issued& m) { write(to.initGrantIssued().initGrant(), m.grant); }
  void operator()(const fact::grant_revoked& m) {
    to.initGrantRevoked().setSerial(data_of(m.serial));
  }
  void operator()(const fact::member_evicted& m) {
    auto fact = to.initMemberEvicted();
    fact.setMember(data_of(m.member));
    fact.setSilenceMilliseconds(m.silence_milliseconds);
    fact.setDoubted(m.doubted);
  }
  void operator()(const fact::member_returned& m) {
    auto fact = to.initMemberReturned();
    fact.setMember(data_of(m.member));
    fact.setTimes(m.times);
  }
  void operator()(const fact::node_started& m) {
    auto fact = to.initNodeStarted();
    fact.setNode(data_of(m.node));
    fact.setRun(m.run.value);
    fact.setBoot(data_of(m.boot));
    if (!m.version.empty()) fact.setVersion(m.version);
  }
  void operator()(const fact::noted&) { to.initNoted(); }
  void operator()(const fact::document_filed& m) {
    auto fact = to.initDocumentFiled();
    if (!m.name.empty()) fact.setName(m.name);
    fact.setOctets(m.octets);
    fact.setContent(data_of(m.content));
  }
};

bytes build_order(const ledger_order& order) {
  return build_canonical<Order>([&](Order::Builder root) {
    root.setId(data_of(order.id));
    write(root.initWho(), order.who);
    if (!order.why.empty()) root.setWhy(order.why);
    if (order.supersedes) root.setSupersedes(data_of(*order.supersedes));
    std::visit(fact_writer{root.getWhat()}, order.what);
  });
}

bytes build_entry(const ledger_entry& entry) {
  return build_canonical<Entry>([&](Entry::Builder root) {
    root.setTerm(entry.term.value);
    root.setWhenMilliseconds(entry.when_milliseconds);
    root.setOrder(data_of(bytes_view{entry.order.octets}));
    if (!entry.order.authority) return;
    auto authority = root.initAuthority();
    authority.setAdmin(data_of(entry.order.authority->admin));
    authority.setPreviousSize(entry.order.authority->previous_size);
    authority.setProof(data_of(entry.order.authority->proof));
  });
}

// -- reading
// ----------------------------------------------------------------------------------------------

order_author read(Author::Reader from) {
  return {read_enum(from.getKind(), order_author::kind::local_user, "author"),
          read_id<signing_public>(from.getKey(), "author's key"), from.getUid()};
}

member_keys read(MemberKeys::Reader from) {
  return {read_id<signing_public>(from.getLog(), "log key"),
          read_id<signing_public>(from.getWitness(), "witness key"),
          read_id<signature>(from.getCertificate(), "certificate")};
}

capability read(Capability::Reader from) {
  return {read_id<grant_id>(from.getSerial(), "serial"),
          read_text(from.getType(), resource_type_octets_max, "resource type"),
          from.getRights(),
          read_id<signing_public>(from.getSubject(), "subject"),
          read_text(from.getResource(), resource_octets_max, "resource"),
          from.getIssuedMilliseconds(),
          from.getExpiresMilliseconds(),
          from.getAnchorSize(),
          read_id<digest>(from.getAnchorRoot(), "anchor root")};
}

fact::genesis read(Genesis::Reader from) {
  return {read_text(from.getFleetName(), limits::name_octets, "fleet name"),
          read_id<signing_public>(from.getAdmin(), "administrator"),
          read_text(from.getMeshPrefix(), address_octets_max, "mesh prefix")};
}

fact::admin_added read(AdminAdded::Reader from) {
  return {read_id<signing_public>(from.getAdmin(), "administrator"),
          read_text(from.getLabel(), limits::label_octets, "label")};
}

fact::role_given read(RoleGiven::Reader from) {
  return {read_enum(from.getRole(), fleet_role::hub, "role"),
          read_id<node_id>(from.getHolder(), "holder"),
          term_number{from.getTerm()},
          from.getTakenOver(),
          from.getOldSize(),
          read_id<digest>(from.getOldRoot(), "old root")};
}

fact::witnesses_named read(WitnessesNamed::Reader from) {
  fact::witnesses_named to;
  for (auto witness : checked_list(from.getWitnesses(), limits::witnesses, "witnesses"))
    to.witnesses.push_back(read_id<node_id>(witness, "witness"));
  return to;
}

fact::node_started read(NodeStarted::Reader from) {
  return {read_id<node_id>(from.getNode(), "node"), incarnation{from.getRun()},
          read_id<boot_id>(from.getBoot(), "boot id"),
          read_text(from.getVersion(), version_octets_max, "version")};
}

fact::document_filed read(DocumentFiled::Reader from) {
  return {read_text(from.getName(), document_name_octets_max, "document name"), from.getOctets(),
          read_id<digest>(from.getContent(), "document digest")};
}

// Nothing when the kind is of a later version.
std::optional<entry_fact> read_fact(Order::What::Reader from) {
  const auto node = [](capnp::Data::Reader data) { return read_id<node_id>(data, "member"); };
  switch (from.which()) {
  case Order::What::GENESIS:
    return read(from.getGenesis());
  case Order::What::MEMBER_ADDED:
    return fact::member_added{read(from.getMemberAdded().getRecord()),
                              read(from.getMemberAdded().getKeys())};
  case Order::What::MEMBER_REMOVED:
    return fact::member_removed{node(from.getMemberRemoved().getMember())};
  case Order::What::ADMIN_ADDED:
    return read(from.getAdminAdded());
  case Order::What::ADMIN_REMOVED:
    return fact::admin_removed{
        read_id<signing_public>(from.getAdminRemoved().getAdmin(), "administrator")};
  case Order::What::ROLE_GIVEN:
    return read(from.getRoleGiven());
  case Order::What::WITNESSES_NAMED:
    return read(from.getWitnessesNamed());
  case Order::What::ACKNOWLEDGEMENT_CHOSEN:
    return fact::acknowledgement_chosen{read_enum(from.getAcknowledgementChosen().getPolicy(),
                                                  acknowledgement::majority, "acknowledgement")};
  case Order::What::POSTURE_SET:
    return fact::posture_set{
        node(from.getPostureSet().getMember()),
        read_enum(from.getPostureSet().getPosture(), posture::cloud, "posture")};
  case Order::What::GRANT_ISSUED:
    return fact::grant_issued{read(from.getGrantIssued().getGrant())};
  case Order::What::GRANT_REVOKED:
    return fact::grant_revoked{read_id<grant_id>(from.getGrantRevoked().getSerial(), "serial")};
  case Order::What::MEMBER_EVICTED:
    return fact::member_evicted{node(from.getMemberEvicted().getMember()),
                                from.getMemberEvicted().getSilenceMilliseconds(),
                                from.getMemberEvicted().getDoubted()};
  case Order::What::MEMBER_RETURNED:
    return fact::member_returned{node(from.getMemberReturned().getMember()),
                                 from.getMemberReturned().getTimes()};
  case Order::What::NODE_STARTED:
    return read(from.getNodeStarted());
  case Order::What::NOTED:
    return fact::noted{};
  case Order::What::DOCUMENT_FILED:
    return read(from.getDocumentFiled());
  }
  return std::nullopt;
}

result<ledger_order> read_order(Order::Reader from) {
  auto what = read_fact(from.getWhat());
  if (!what) return fail(ec::unsupported, "a kind this version does not know");
  ledger_order to;
  to.id = read_id<order_id>(from.getId(), "order id");
  to.who = read(from.getWho());
  to.why = read_text(from.getWhy(), limits::reason_octets, "reason");
  if (from.hasSupersedes()) to.supersedes = read_id<order_id>(from.getSupersedes(), "supersedes");
  to.what = std::move(*what);
  return to;
}

ledger_entry read_entry(Entry::Reader from) {
  ledger_entry to;
  to.term = term_number{from.getTerm()};
  to.when_milliseconds = from.getWhenMilliseconds();
  auto order = from.getOrder();
  to.order.octets.assign(order.begin(), order.end());
  if (from.hasAuthority()) {
    auto authority = from.getAuthority();
    to.order.authority = {read_id<signing_public>(authority.getAdmin(), "administrator"),
                          authority.getPreviousSize(),
                          read_id<signature>(authority.getProof(), "signature")};
  }
  return to;
}

// What came from outside is malformed where our own value would be wrong.
status as_malformed(status checked) {
  return checked ? status{} : fail(ec::malformed, checked.error().text);
}

status require_same(const bytes& again, bytes_view octets) {
  if (std::equal(again.begin(), again.end(), octets.begin(), octets.end())) return {};
  return fail(ec::malformed, "not in the one form that its value has");
}

} // namespace

result<bytes> encode_order(const ledger_order& order) {
  if (status checked = check_order(order); !checked) return fail(checked.error());
  bytes octets = build_order(order);
  if (octets.size() > order_octets_max) return fail(ec::too_large, "the order fits no entry");
  return octets;
}

result<ledger_order> decode_order(bytes_view octets) {
  auto got = read_segment<Order>(octets, order_octets_max, read_order);
  if (!got) return fail(got.error());
  if (!*got) return fail(got->error());
  const ledger_order& order = **got;
  if (status checked = as_malformed(check_order(order)); !checked) return fail(checked.error());
  if (status same = require_same(build_order(order), octets); !same) return fail(same.error());
  return std::move(**got);
}

result<bytes> encode_entry(const ledger_entry& entry) {
  if (status checked = check_entry(entry); !checked) return fail(checked.error());
  if (entry.order.octets.size() > order_octets_max)
    return fail(ec::too_large, "the order fits no entry");
  return build_entry(entry);
}

result<opened_entry> decode_entry(bytes_view octets) {
  auto entry = read_segment<Entry>(octets, limits::entry_octets, read_entry);
  if (!entry) return fail(entry.error());
  if (status checked = as_malformed(check_entry(*entry)); !checked) return fail(checked.error());
  if (status same = require_same(build_entry(*entry), octets); !same) return fail(same.error());
  auto order = decode_order(entry->order.octets);
  if (!order) return fail(order.error());
  return opened_entry{std::move(*entry), std::move(*order)};
}

} // namespace ppn::wire
