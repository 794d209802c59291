#include "sim/operators.hpp"

#include "messages/base/assert.hpp"
#include "messages/wire/ledger_codec.hpp"

namespace ppn::sim {

namespace {

node_id some_key(random_source random) {
  node_id key;
  for (std::size_t at = 0; at < key.octets.size(); at += 8)
    store_le64(key.octets.data() + at, random.next());
  return key;
}

} // namespace

operators::operators(world& fleet, const workload_plan& plan, random_source random,
                     std::function<std::uint64_t()> screen)
    : fleet_(fleet), plan_(plan), random_(random), entropy_(random.fork("ids")),
      screen_(std::move(screen)), impostor_(random_.next(), some_key(random.fork("impostor"))) {}

void operators::work_until(world_time end) {
  end_ = end;
  schedule();
}

void operators::schedule() {
  if (plan_.order_every == nanoseconds{0}) return;
  world_time next = fleet_.now() + random_.between(plan_.order_every / 4, plan_.order_every * 7 / 4);
  if (next < end_) fleet_.schedule_chaos(next, subject, 0);
}

void operators::on_event(std::uint32_t node, const moment&, const node_event& what) {
  auto* state = std::get_if<event::ledger_state_changed>(&what);
  if (state == nullptr || state->origin.find("/node/") != state->origin.npos) return;
  if (state->state == "ready") behind_.erase(node);
  if (state->state == "read only" && behind_.insert(node).second)
    fleet_.schedule_chaos(fleet_.now() + seconds{20}, subject, node + 1);
}

void operators::act(std::uint32_t part) {
  if (part > 0) return restore(part - 1);
  auto orders = 1 + random_.below(plan_.burst_most);
  for (std::uint64_t i = 0; i < orders; ++i) give_one();
  schedule();
}

void operators::restore(node_index node) {
  if (!behind_.contains(node)) return;
  ++counts_.restores;
  auto from = static_cast<node_index>(random_.below(fleet_.size()));
  if (from != node) fleet_.restore_ledger(node, from);
  fleet_.schedule_chaos(fleet_.now() + seconds{20}, subject, node + 1);
}

void operators::give_one() {
  auto at = static_cast<node_index>(random_.below(fleet_.size()));
  ++counts_.given;
  submitted_order order;
  if (random_.permille(plan_.authority_permille)) {
    ledger_order decided;
    decided.what = decision();
    order = signed_order(std::move(decided));
  } else {
    auto octets = wire::encode_order(remark(at));
    PPN_ASSERT(octets.has_value());
    order.octets = std::move(*octets);
  }
  fleet_.give(at, order);
  if (!random_.permille(plan_.twice_permille)) return;
  ++counts_.twice;
  // A remark is its node's; what an administrator signed may be given anywhere.
  bool anywhere = order.authority.has_value();
  fleet_.give(anywhere ? static_cast<node_index>(random_.below(fleet_.size())) : at, order);
}

ledger_order operators::remark(node_index at) {
  ledger_order order;
  entropy_.fill(order.id.octets);
  order.who = {order_author::kind::local_user, fleet_.node(at).who().id, 1000};
  order.why = "remark " + std::to_string(++remarks_);
  order.what = fact::noted{};
  return order;
}

entry_fact operators::decision() {
  auto member = fleet_.node(static_cast<node_index>(random_.below(fleet_.size()))).who().id;
  switch (random_.below(4)) {
  case 0: return fact::posture_set{member, static_cast<posture>(random_.below(3))};
  case 1:
    return fact::acknowledgement_chosen{static_cast<acknowledgement>(random_.below(3))};
  case 2:
    if (!grants_.empty()) return fact::grant_revoked{grants_[random_.below(grants_.size())]};
    [[fallthrough]];
  default: {
    fact::grant_issued issued;
    entropy_.fill(issued.grant.serial.octets);
    issued.grant.type = "vm";
    issued.grant.rights = capability::read | capability::invoke;
    issued.grant.subject = member;
    issued.grant.resource = "*";
    issued.grant.anchor_size = screen_();
    grants_.push_back(issued.grant.serial);
    return issued;
  }
  }
}

submitted_order operators::signed_order(ledger_order order) {
  ++counts_.authority;
  bool forged = random_.permille(plan_.forged_permille);
  bool stale = random_.permille(plan_.stale_permille);
  counts_.forged += forged;
  counts_.stale += stale;
  std::uint64_t seen = screen_();
  if (stale) seen -= std::min<std::uint64_t>(seen, 1 + random_.below(5));
  entropy_.fill(order.id.octets);
  order.who = {order_author::kind::admin, fleet_.admin().identity(), 0};
  auto octets = wire::encode_order(order);
  PPN_ASSERT(octets.has_value());
  auto text = authority_text(fleet_.founding().fleet, seen, *octets);
  signature proof = forged ? impostor_.sign(text) : fleet_.admin().sign(text);
  return {std::move(*octets), order_authority{fleet_.admin().identity(), seen, proof}};
}

} // namespace ppn::sim
