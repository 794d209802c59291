#include "sim/network.hpp"

#include "messages/base/assert.hpp"
#include "messages/base/limits.hpp"

#include <caf/actor_cast.hpp>
#include <caf/monitorable_actor.hpp>
#include <caf/send.hpp>

namespace ppn::sim {

namespace {

constexpr seconds dial_gives_up_after{5};
constexpr milliseconds dial_retry{1'000};
// What TCP_USER_TIMEOUT is set to in the real adapter.
constexpr seconds unacknowledged_at_most{20};
constexpr milliseconds retransmit_first{200};
constexpr seconds retransmit_most{5};

} // namespace

network::network(network_host& host, event_queue& events, const world_time& now, trace& log,
                 random_source random)
    : host_(host), events_(events), now_(now), trace_(log), random_(random) {}

nanoseconds network::delay() {
  nanoseconds taken = random_.between(faults.delay_least, faults.delay_most);
  // A lost segment is a late one: TCP sends it again.
  for (nanoseconds again = retransmit_first; random_.permille(faults.loss_permille); again *= 2) {
    taken += again;
    if (again > retransmit_most) break;
  }
  return taken;
}

bool network::passes(node_index from, node_index to) const {
  for (const auto& [id, cut] : partitions_) {
    if (cut.side[from] == cut.side[to]) continue;
    if (!cut.outside.empty() && (cut.outside[from] || cut.outside[to])) continue;
    if (cut.side[from] ? cut.from_side : cut.to_side) return false;
  }
  return true;
}

std::uint64_t network::add_partition(partition cut) {
  partitions_.emplace(next_partition_, std::move(cut));
  return next_partition_++;
}

// A sink that died took its streams with it, as its descriptors would be closed.
bool network::reachable_sink(const endpoint_state& at) const {
  if (!host_.alive(at.place) || !at.sink) return false;
  auto* actor = caf::actor_cast<caf::abstract_actor*>(at.sink);
  return !static_cast<caf::monitorable_actor*>(actor)->getf(
    caf::abstract_actor::is_terminated_flag);
}

template <class Message>
void network::post(const endpoint_state& to, Message message) {
  caf::anon_send(to.sink, std::move(message));
  host_.runnable(to.place.node);
}

// -- ports ------------------------------------------------------------------------------------------------

result<connection_id> network::listen(const stream_place& at, const stream_endpoint& endpoint,
                                      const stream_sink& sink) {
  auto taken = listeners_.find(endpoint);
  if (taken != listeners_.end()) {
    const listener& other = taken->second.second;
    if (reachable_sink({other.place, other.sink, {}, true, false}))
      return fail(ec::in_use, endpoint.address + " port " + std::to_string(endpoint.port) +
                                  " is in use");
    listeners_.erase(taken);
  }
  std::uint64_t number = next_number_++;
  listeners_[endpoint] = {number, listener{at, endpoint, sink}};
  return id_of(number, 0);
}

connection_id network::connect(const stream_place& from, const stream_endpoint& own,
                               const stream_endpoint& to, const stream_sink& sink) {
  std::uint64_t number = next_number_++;
  connection& link = connections_[number];
  link.ends[0] = {from, sink, {own.address, static_cast<std::uint16_t>(40000 + number % 20000)},
                  false, false};
  link.target = to;
  link.dialed_at = now_;
  events_.push(now_ + delay(), event_kind::dial, number, 0);
  return id_of(number, 0);
}

bool network::write(const stream_place& from, connection_id id, bytes&& data) {
  auto at = connections_.find(id.value / 2);
  int end = static_cast<int>(id.value % 2);
  if (at == connections_.end()) return true;
  connection& link = at->second;
  if (!(link.ends[end].place == from) || !link.ends[end].open || link.ends[end].gone) return true;
  direction& way = link.ways[end];
  if (way.waiting >= limits::stream_window_octets) {
    way.writer_blocked = true;
    return false;
  }
  marks_.octets += data.size();
  send_segment(id.value / 2, end, {std::move(data), now_ + delay(), false});
  return true;
}

void network::close(const stream_place& from, connection_id id) {
  std::uint64_t number = id.value / 2;
  for (auto at = listeners_.begin(); at != listeners_.end(); ++at)
    if (at->second.first == number && at->second.second.place == from) {
      listeners_.erase(at);
      return;
    }
  auto at = connections_.find(number);
  int end = static_cast<int>(id.value % 2);
  if (at == connections_.end()) return;
  endpoint_state& own = at->second.ends[end];
  if (!(own.place == from) || own.gone) return;
  own.gone = true;
  if (own.open) send_segment(number, end, {{}, now_ + delay(), true});
  forget_if_over(number);
}

// -- segments ---------------------------------------------------------------------------------------------

void network::send_segment(std::uint64_t number, int way, segment next) {
  direction& to = connections_.at(number).ways[way];
  to.waiting += next.data.size();
  to.queue.push_back(std::move(next));
  start(number, way);
}

void network::start(std::uint64_t number, int way) {
  direction& to = connections_.at(number).ways[way];
  if (to.under_way || to.queue.empty()) return;
  to.under_way = true;
  events_.push(std::max(now_, to.queue.front().ready), event_kind::arrive, number,
               static_cast<std::uint32_t>(way));
}

void network::on_event(const scheduled_event& what) {
  if (what.kind == event_kind::arrive) return on_arrive(what);
  if (what.kind == event_kind::dial) return on_dial(what);
  on_break_check(what);
}

void network::on_arrive(const scheduled_event& what) {
  auto at = connections_.find(what.subject);
  if (at == connections_.end()) return;
  int way = static_cast<int>(what.part);
  connection& link = at->second;
  direction& to = link.ways[way];
  if (to.queue.empty()) {
    to.under_way = false;
    return;
  }
  endpoint_state& receiver = link.ends[1 - way];
  if (auto thaw = host_.frozen_until(receiver.place.node); thaw > now_)
    return events_.push(thaw, event_kind::arrive, what.subject, what.part); // the kernel keeps it
  if (hold_back(what.subject, way, link)) return;
  to.under_way = false;
  to.stuck_since.reset();
  segment head = std::move(to.queue.front());
  to.queue.pop_front();
  to.waiting -= head.data.size();
  if (!head.last) mangle(to, head, what.subject, way);
  deliver(what.subject, way, link, std::move(head));
  if (auto still = connections_.find(what.subject); still != connections_.end())
    start(what.subject, way);
}

// A cut path: TCP tries again, later and later, and at last gives the connection up.
bool network::hold_back(std::uint64_t number, int way, connection& link) {
  node_index from = link.ends[way].place.node;
  node_index to = link.ends[1 - way].place.node;
  direction& path = link.ways[way];
  if (!passes(from, to) || host_.dark(to)) {
    ++marks_.delayed_by_partition;
    if (!path.stuck_since) {
      path.stuck_since = now_;
      path.retry = retransmit_first;
    }
    if (now_ - *path.stuck_since >= unacknowledged_at_most) {
      path.under_way = false;
      path.queue.clear();
      path.waiting = 0;
      end(number, link, way, {ec::unreachable, "the peer acknowledges nothing"});
      return true;
    }
    events_.push(now_ + path.retry, event_kind::arrive, number, static_cast<std::uint32_t>(way));
    path.retry = std::min<nanoseconds>(2 * path.retry, retransmit_most);
    return true;
  }
  if (!passes(to, from)) // it arrives, and its acknowledgement does not
    events_.push(now_ + unacknowledged_at_most, event_kind::break_check, number,
                 static_cast<std::uint32_t>(way));
  return false;
}

void network::on_break_check(const scheduled_event& what) {
  auto at = connections_.find(what.subject);
  if (at == connections_.end()) return;
  int way = static_cast<int>(what.part);
  connection& link = at->second;
  if (passes(link.ends[1 - way].place.node, link.ends[way].place.node)) return;
  end(what.subject, link, way, {ec::unreachable, "the peer acknowledges nothing"});
}

// The hostile middle-box. Each of these must end the link above, never reach an actor.
void network::mangle(direction& way, segment& head, std::uint64_t number, int index) {
  if (random_.permille(faults.tear_permille) && head.data.size() > 1) {
    ++marks_.torn;
    std::size_t cut = 1 + random_.below(head.data.size() - 1);
    segment rest{{head.data.begin() + static_cast<std::ptrdiff_t>(cut), head.data.end()},
                 now_ + delay(), false};
    head.data.resize(cut);
    way.waiting += rest.data.size();
    way.queue.push_front(std::move(rest));
    return;
  }
  if (random_.permille(faults.corrupt_permille) && !head.data.empty()) {
    ++marks_.corrupted;
    head.data[random_.below(head.data.size())] ^= static_cast<octet>(1u << random_.below(8));
  }
  if (random_.permille(faults.repeat_permille)) {
    ++marks_.repeated;
    way.waiting += head.data.size();
    way.queue.push_front({head.data, now_ + delay(), false});
  }
  if (random_.permille(faults.swap_permille) && !way.queue.empty() && !way.queue.front().last) {
    ++marks_.swapped;
    std::swap(head.data, way.queue.front().data);
    way.waiting += way.queue.front().data.size();
    way.waiting -= head.data.size();
  }
}

void network::deliver(std::uint64_t number, int way, connection& link, segment head) {
  endpoint_state& receiver = link.ends[1 - way];
  ++marks_.segments;
  std::uint64_t fingerprint = head.data.size() >= 24 ? load_le64(head.data.data() + 16)
                                                     : head.data.size();
  trace_.record(trace::kind::delivery, now_, receiver.place.node, fingerprint ^ (number << 1));
  tell_writable(number, way, link);
  if (head.last) return end(number, link, 1 - way, {ec::unreachable, "closed by the peer"});
  if (receiver.gone || !reachable_sink(receiver))
    return reset_peer_of(number, link, 1 - way, "reset by the peer");
  if (random_.permille(faults.cut_permille)) {
    ++marks_.broken;
    end(number, link, 1 - way, {ec::unreachable, "reset on the way"});
    if (auto still = connections_.find(number); still != connections_.end())
      reset_peer_of(number, still->second, 1 - way, "reset on the way");
    return;
  }
  post(receiver, stream_bytes{id_of(number, 1 - way), std::move(head.data)});
}

void network::tell_writable(std::uint64_t number, int way, connection& link) {
  direction& path = link.ways[way];
  endpoint_state& writer = link.ends[way];
  if (!path.writer_blocked || path.waiting > limits::stream_window_octets / 2) return;
  path.writer_blocked = false;
  if (writer.open && !writer.gone && reachable_sink(writer))
    post(writer, stream_writable{id_of(number, way)});
}

// -- dialing ----------------------------------------------------------------------------------------------

void network::on_dial(const scheduled_event& what) {
  auto at = connections_.find(what.subject);
  if (at == connections_.end()) return;
  connection& link = at->second;
  endpoint_state& dialer = link.ends[0];
  if (dialer.gone || !reachable_sink(dialer)) {
    connections_.erase(at);
    return;
  }
  auto node = host_.node_at(link.target.address);
  bool there = node && !host_.dark(*node) && passes(dialer.place.node, *node) &&
               passes(*node, dialer.place.node);
  if (!there) {
    if (now_ - link.dialed_at >= dial_gives_up_after)
      return fail_dial(what.subject, link, {ec::unreachable, "no answer"});
    return events_.push(now_ + dial_retry, event_kind::dial, what.subject, 0);
  }
  if (auto thaw = host_.frozen_until(*node); thaw > now_) // accepted by its kernel, not by it
    return events_.push(std::min(thaw, now_ + dial_retry), event_kind::dial, what.subject, 0);
  auto listening = listeners_.find(link.target);
  if (listening == listeners_.end() ||
      !reachable_sink({listening->second.second.place, listening->second.second.sink, {}, true, false}))
    return fail_dial(what.subject, link, {ec::unreachable, "connection refused"});
  link.listener = id_of(listening->second.first, 0);
  accept_dial(what.subject, link, listening->second.second, *node);
}

void network::accept_dial(std::uint64_t number, connection& link, const listener& by,
                          node_index node) {
  endpoint_state& dialer = link.ends[0];
  link.ends[1] = {by.place, by.sink, by.at, true, false};
  dialer.open = true;
  trace_.record(trace::kind::opened, now_, node, number);
  post(link.ends[1], stream_opened{id_of(number, 1), link.listener, dialer.own, std::nullopt});
  post(dialer, stream_opened{id_of(number, 0), connection_id{}, link.target, std::nullopt});
}

void network::fail_dial(std::uint64_t number, connection& link, const error& why) {
  post(link.ends[0], stream_closed{id_of(number, 0), why});
  connections_.erase(number);
}

// -- ends -------------------------------------------------------------------------------------------------

// Tells one end that it is over, unless it knows.
void network::end(std::uint64_t number, connection& link, int which, const error& why) {
  endpoint_state& own = link.ends[which];
  trace_.record(trace::kind::closed, now_, own.place.node, number);
  if (!own.gone && own.open && reachable_sink(own))
    post(own, stream_closed{id_of(number, which), why});
  own.gone = true;
  forget_if_over(number);
}

// The host at end `which` knows nothing of the connection any more: the other end is told so.
void network::reset_peer_of(std::uint64_t number, connection& link, int which, const char* why) {
  link.ends[which].gone = true;
  int other = 1 - which;
  if (passes(link.ends[which].place.node, link.ends[other].place.node))
    end(number, link, other, {ec::unreachable, why});
  else
    forget_if_over(number);
}

void network::node_died(const stream_place& place, bool announced) {
  std::erase_if(listeners_, [&](const auto& entry) { return entry.second.second.place == place; });
  std::vector<std::uint64_t> own;
  for (const auto& [number, link] : connections_)
    if (link.ends[0].place == place || (link.ends[1].open && link.ends[1].place == place))
      own.push_back(number);
  std::sort(own.begin(), own.end());
  for (std::uint64_t number : own) {
    connection& link = connections_.at(number);
    int which = link.ends[0].place == place ? 0 : 1;
    link.ends[which].gone = true;
    link.ends[which].sink = nullptr; // nothing may outlive the actors' system
    if (announced && link.ends[which].open)
      send_segment(number, which, {{}, now_ + delay(), true});
    else
      forget_if_over(number);
  }
}

void network::forget_if_over(std::uint64_t number) {
  auto at = connections_.find(number);
  if (at == connections_.end()) return;
  connection& link = at->second;
  bool first_over = link.ends[0].gone;
  bool second_over = link.ends[1].gone || !link.ends[0].open;
  bool pending_end = (!link.ways[0].queue.empty() && !link.ends[1].gone) ||
                     (!link.ways[1].queue.empty() && !link.ends[0].gone);
  if (first_over && second_over && !pending_end) connections_.erase(at);
}

} // namespace ppn::sim
