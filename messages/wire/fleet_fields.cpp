#include "messages/wire/fleet_fields.hpp"

#include "messages/wire/segment.hpp"

namespace ppn::wire {

namespace {

constexpr std::size_t address_octets = 64;

void write(ViewStamp::Builder to, const view_stamp& from) {
  to.setEpoch(from.epoch);
  to.setVersion(from.version);
}

view_stamp read(ViewStamp::Reader from) { return {from.getEpoch(), from.getVersion()}; }

void write(DiskPool::Builder to, const disk_pool& from) {
  to.setName(from.name);
  to.setTotal(from.total);
  to.setFree(from.free);
  to.setCommitted(from.committed);
}

disk_pool read(DiskPool::Reader from) {
  return {read_text(from.getName(), limits::name_octets, "pool name"), from.getTotal(),
          from.getFree(), from.getCommitted()};
}

void write(Capacity::Builder to, const node_capacity& from) {
  to.setRamTotal(from.ram_total);
  to.setRamOffered(from.ram_offered);
  to.setRamAvailable(from.ram_available);
  to.setRamGuests(from.ram_guests);
  to.setCpusOffered(from.cpus_offered);
  to.setCpuLoadPermille(from.cpu_load_permille);
  to.setGuestsLimit(from.guests_limit);
  to.setKvm(from.kvm);
  auto pools = to.initPools(static_cast<capnp::uint>(from.pools.size()));
  for (capnp::uint i = 0; i < pools.size(); ++i) write(pools[i], from.pools[i]);
}

node_capacity read(Capacity::Reader from) {
  node_capacity to;
  to.ram_total = from.getRamTotal();
  to.ram_offered = from.getRamOffered();
  to.ram_available = from.getRamAvailable();
  to.ram_guests = from.getRamGuests();
  to.cpus_offered = from.getCpusOffered();
  to.cpu_load_permille = from.getCpuLoadPermille();
  to.guests_limit = from.getGuestsLimit();
  to.kvm = from.getKvm();
  for (auto pool : checked_list(from.getPools(), limits::disk_pools, "pools"))
    to.pools.push_back(read(pool));
  return to;
}

} // namespace

void write(MemberRecord::Builder to, const member_record& from) {
  to.setId(data_of(from.id));
  to.setName(from.name);
  to.setAddress(from.address);
  to.setPort(from.port);
  to.setPosture(static_cast<Posture>(from.trust));
  to.setKind(static_cast<MemberKind>(from.kind));
  to.setReserved(from.reserved);
  auto labels = to.initLabels(static_cast<capnp::uint>(from.labels.size()));
  for (capnp::uint i = 0; i < labels.size(); ++i) labels.set(i, from.labels[i]);
}

member_record read(MemberRecord::Reader from) {
  member_record to;
  to.id = read_id<node_id>(from.getId(), "member id");
  to.name = read_text(from.getName(), limits::name_octets, "member name");
  to.address = read_text(from.getAddress(), address_octets, "member address");
  to.port = from.getPort();
  to.trust = read_enum(from.getPosture(), posture::cloud, "posture");
  to.kind = read_enum(from.getKind(), member_kind::operator_station, "kind");
  to.reserved = from.getReserved();
  for (auto label : checked_list(from.getLabels(), limits::labels_per_node, "labels"))
    to.labels.push_back(read_text(label, limits::label_octets, "label"));
  return to;
}

namespace {

void write(MemberView::Builder to, const member_view& from) {
  write(to.initRecord(), from.record);
  to.setState(static_cast<MemberState>(from.state));
  to.setFlapping(from.flapping);
  to.setController(from.controller);
  to.setSilenceMilliseconds(from.silence_milliseconds);
  to.setTransitionSilenceMilliseconds(from.transition_silence_milliseconds);
  to.setEvictions(from.evictions);
  to.setReturns(from.returns);
  to.setHeartbeats(from.heartbeats);
  to.setSkewMilliseconds(from.skew_milliseconds);
  to.setBoot(data_of(from.boot));
  write(to.initCapacity(), from.capacity);
  to.setGuests(from.guests);
  to.setNodeLost(from.node_lost);
  to.setChanged(from.changed);
}

member_view read(MemberView::Reader from) {
  member_view to;
  to.record = read(from.getRecord());
  to.state = read_enum(from.getState(), member_state::evicted, "member state");
  to.flapping = from.getFlapping();
  to.controller = from.getController();
  to.silence_milliseconds = from.getSilenceMilliseconds();
  to.transition_silence_milliseconds = from.getTransitionSilenceMilliseconds();
  to.evictions = from.getEvictions();
  to.returns = from.getReturns();
  to.heartbeats = from.getHeartbeats();
  to.skew_milliseconds = from.getSkewMilliseconds();
  to.boot = read_id<boot_id>(from.getBoot(), "boot id");
  to.capacity = read(from.getCapacity());
  to.guests = from.getGuests();
  to.node_lost = from.getNodeLost();
  to.changed = from.getChanged();
  return to;
}

} // namespace

void write(Heartbeat::Builder to, const heartbeat& from) {
  to.setSequence(from.sequence.value);
  to.setBoot(data_of(from.boot));
  to.setRun(from.run.value);
  write(to.initCapacity(), from.capacity);
  to.setGuests(from.guests);
  to.setInventory(data_of(from.inventory));
  write(to.initView(), from.view);
  to.setWallMilliseconds(from.wall_milliseconds);
}

heartbeat read(Heartbeat::Reader from) {
  heartbeat to;
  to.sequence = heartbeat_sequence{from.getSequence()};
  to.boot = read_id<boot_id>(from.getBoot(), "boot id");
  to.run = incarnation{from.getRun()};
  to.capacity = read(from.getCapacity());
  to.guests = from.getGuests();
  if (to.guests > limits::guests_per_node) throw decode_failure{"guests is out of range"};
  to.inventory = read_id<digest>(from.getInventory(), "inventory digest");
  to.view = read(from.getView());
  to.wall_milliseconds = from.getWallMilliseconds();
  return to;
}

void write(HeartbeatAck::Builder to, const heartbeat_ack& from) {
  to.setSequence(from.sequence.value);
  to.setTerm(from.term.value);
  write(to.initView(), from.view);
  to.setLedgerSize(from.ledger_size);
}

heartbeat_ack read(HeartbeatAck::Reader from) {
  return {heartbeat_sequence{from.getSequence()}, term_number{from.getTerm()}, read(from.getView()),
          from.getLedgerSize()};
}

void write(ViewRequest::Builder to, const view_request& from) { write(to.initHave(), from.have); }

view_request read(ViewRequest::Reader from) { return {read(from.getHave())}; }

void write(FleetView::Builder to, const fleet_view& from) {
  write(to.initStamp(), from.stamp);
  to.setSince(from.since);
  to.setLast(from.last);
  to.setTerm(from.term.value);
  to.setController(data_of(from.controller));
  auto doubt = to.initDoubt();
  doubt.setActive(from.doubt.active);
  doubt.setSilent(from.doubt.silent);
  doubt.setMembers(from.doubt.members);
  doubt.setEpisodes(from.doubt.episodes);
  auto rows = to.initRows(static_cast<capnp::uint>(from.rows.size()));
  for (capnp::uint i = 0; i < rows.size(); ++i) write(rows[i], from.rows[i]);
}

fleet_view read(FleetView::Reader from, std::size_t rows_max) {
  fleet_view to;
  to.stamp = read(from.getStamp());
  to.since = from.getSince();
  to.last = from.getLast();
  to.term = term_number{from.getTerm()};
  to.controller = read_id<node_id>(from.getController(), "controller id");
  auto doubt = from.getDoubt();
  to.doubt = {doubt.getActive(), doubt.getSilent(), doubt.getMembers(), doubt.getEpisodes()};
  auto rows = checked_list(from.getRows(), rows_max, "view rows");
  to.rows.reserve(rows.size());
  for (auto row : rows) to.rows.push_back(read(row));
  return to;
}

} // namespace ppn::wire
