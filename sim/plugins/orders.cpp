// The operators of a fleet: they give orders for its ledger, hastily, twice, from old screens, and
// sometimes without having the right to. Who sees a controller say that it is behind helps it.
#include "sim/plugins/makers.hpp"

#include "messages/base/assert.hpp"
#include "messages/wire/ledger_codec.hpp"

#include <set>

namespace ppn::sim {

namespace {

node_id some_key(random_source random) {
  node_id key;
  for (std::size_t at = 0; at < key.octets.size(); at += 8)
    store_le64(key.octets.data() + at, random.next());
  return key;
}

struct wanted_order {
  node_index at = 0;
  std::string_view what;
  node_index about = 0;
  std::int64_t choice = 0;
  std::int64_t behind = 0; // entries that the operator's screen is old
  bool forged = false;
  std::optional<node_index> again; // given once more, here
};

class orders final : public plugin, private checker {
public:
  orders(stage& on, random_source random)
      : plugin(on), random_(random), ids_(random.fork("ids")),
        impostor_(random_.next(), some_key(random.fork("impostor"))), helpers_(random.fork("help")) {}

  std::vector<verb_help> verbs() const override {
    return {{"order", "NODE remark|posture NODE 0..2|policy 0..2|revoke N|grant NODE "
                      "[behind N] [forged] [again NODE]"}};
  }
  status check(const act& what) const override {
    wanted_order ignored;
    return read(what, ignored);
  }
  void perform(const act& what) override;
  void draw(chaos_level level, random_source& random) override;
  void due(std::uint32_t part) override;
  void count(counters& into) const override {
    into.add("orders.given", given_);
    into.add("orders.signed", signed_);
    into.add("orders.stale", stale_);
    into.add("orders.forged", forged_);
    into.add("orders.twice", twice_);
    into.add("orders.restores", restores_);
  }
  checker* watcher() override { return this; }

private:
  status read(const act& what, wanted_order& into) const;
  void think();
  std::string think_decision();
  void restore(node_index node);
  entry_fact fact_of(const wanted_order& wanted);
  submitted_order remark(node_index at);
  submitted_order signed_order(const wanted_order& wanted);
  void on_event(std::uint32_t node, const moment&, const node_event& what) override;
  void on_end(const moment&) override {}
  node_index any_node(random_source& random) const {
    return static_cast<node_index>(random.below(stage_.fleet().size()));
  }

  random_source random_;
  seeded_entropy ids_;
  world_signer impostor_;
  random_source helpers_;
  nanoseconds every_{0};
  std::uint64_t burst_most_ = 1;
  std::uint32_t authority_permille_ = 0;
  std::uint32_t stale_permille_ = 0;
  std::uint32_t forged_permille_ = 0;
  std::uint32_t twice_permille_ = 0;
  std::vector<grant_id> grants_;
  std::set<node_index> behind_;
  std::uint64_t remarks_ = 0;
  std::uint64_t given_ = 0;
  std::uint64_t signed_ = 0;
  std::uint64_t stale_ = 0;
  std::uint64_t forged_ = 0;
  std::uint64_t twice_ = 0;
  std::uint64_t restores_ = 0;
};

status orders::read(const act& what, wanted_order& into) const {
  word_reader words(what, stage_.names());
  into.at = words.node();
  into.what = words.any({"remark", "posture", "policy", "revoke", "grant"});
  if (into.what == "posture" || into.what == "grant") into.about = words.node();
  if (into.what == "posture" || into.what == "policy") into.choice = words.number(0, 2);
  if (into.what == "revoke") into.choice = words.number(0, 1'000'000);
  if (words.taken("behind")) into.behind = words.number(1, 1'000'000);
  into.forged = words.taken("forged");
  if (words.taken("again")) into.again = words.node();
  return words.done();
}

void orders::draw(chaos_level, random_source& random) {
  every_ = one_of<nanoseconds>(random, {nanoseconds{0}, seconds{15}, minutes{1}, minutes{10}});
  burst_most_ = one_of<std::uint64_t>(random, {1, 3, 40});
  authority_permille_ = one_of<std::uint32_t>(random, {0, 200, 700});
  stale_permille_ = one_of<std::uint32_t>(random, {0, 100, 500});
  forged_permille_ = one_of<std::uint32_t>(random, {0, 100, 300});
  twice_permille_ = one_of<std::uint32_t>(random, {0, 100, 500});
  later(every_, 0, random_);
}

void orders::on_event(std::uint32_t node, const moment&, const node_event& what) {
  auto* state = std::get_if<event::ledger_state_changed>(&what);
  if (state == nullptr || state->origin.find("/node/") != state->origin.npos) return;
  if (state->state == "ready") behind_.erase(node);
  if (state->state == "read only" && behind_.insert(node).second)
    stage_.later(*this, stage_.now() + seconds{20}, node + 1);
}

// `part`: zero to give orders, otherwise the node (plus one) whose ledger needs help.
void orders::due(std::uint32_t part) {
  if (part > 0) return restore(part - 1);
  if (stage_.is_calm() && stage_.now() > stage_.calm_time() + seconds{30}) return;
  auto burst = 1 + random_.below(burst_most_);
  for (std::uint64_t i = 0; i < burst; ++i) think();
  later(every_, 0, random_);
}

void orders::restore(node_index node) {
  if (!behind_.contains(node)) return;
  ++restores_;
  node_index from = any_node(helpers_);
  if (from != node) stage_.fleet().restore_ledger(node, from);
  stage_.later(*this, stage_.now() + seconds{20}, node + 1);
}

void orders::think() {
  node_index at = any_node(random_);
  bool by_admin = random_.permille(authority_permille_);
  std::string words = name_of(at) + " " + (by_admin ? think_decision() : "remark");
  // A remark is its node's; what an administrator signed may be given anywhere.
  if (random_.permille(twice_permille_))
    words += " again " + name_of(by_admin ? any_node(random_) : at);
  stage_.perform("order", words);
}

std::string orders::think_decision() {
  std::string words;
  const std::string& member = name_of(any_node(random_));
  auto choice = random_.below(4);
  if (choice == 0) words = "posture " + member + " " + std::to_string(random_.below(3));
  if (choice == 1) words = "policy " + std::to_string(random_.below(3));
  if (choice == 2 && !grants_.empty()) words = "revoke " + std::to_string(random_.below(grants_.size()));
  if (words.empty()) words = "grant " + member;
  if (random_.permille(stale_permille_)) words += " behind " + std::to_string(1 + random_.below(5));
  if (random_.permille(forged_permille_)) words += " forged";
  return words;
}

void orders::perform(const act& what) {
  wanted_order wanted;
  (void)read(what, wanted);
  ++given_;
  submitted_order order = wanted.what == "remark" ? remark(wanted.at) : signed_order(wanted);
  stage_.fleet().give(wanted.at, order);
  if (!wanted.again) return;
  ++twice_;
  stage_.fleet().give(*wanted.again, order);
}

submitted_order orders::remark(node_index at) {
  ledger_order order;
  ids_.fill(order.id.octets);
  order.who = {order_author::kind::local_user, stage_.fleet().node(at).who().id, 1000};
  order.why = "remark " + std::to_string(++remarks_);
  order.what = fact::noted{};
  auto octets = wire::encode_order(order);
  PPN_ASSERT(octets.has_value());
  return {std::move(*octets), std::nullopt};
}

entry_fact orders::fact_of(const wanted_order& wanted) {
  node_id member = stage_.fleet().node(wanted.about).who().id;
  if (wanted.what == "posture") return fact::posture_set{member, static_cast<posture>(wanted.choice)};
  if (wanted.what == "policy")
    return fact::acknowledgement_chosen{static_cast<acknowledgement>(wanted.choice)};
  if (wanted.what == "revoke" && !grants_.empty())
    return fact::grant_revoked{grants_[static_cast<std::size_t>(wanted.choice) % grants_.size()]};
  fact::grant_issued issued;
  ids_.fill(issued.grant.serial.octets);
  issued.grant.type = "vm";
  issued.grant.rights = capability::read | capability::invoke;
  issued.grant.subject = member;
  issued.grant.resource = "*";
  issued.grant.anchor_size = stage_.screen();
  grants_.push_back(issued.grant.serial);
  return issued;
}

submitted_order orders::signed_order(const wanted_order& wanted) {
  ++signed_;
  forged_ += wanted.forged;
  stale_ += wanted.behind > 0;
  ledger_order order;
  order.what = fact_of(wanted);
  std::uint64_t seen = stage_.screen();
  seen -= std::min(seen, static_cast<std::uint64_t>(wanted.behind));
  ids_.fill(order.id.octets);
  signer& admin = stage_.fleet().admin();
  node_id identity = stage_.fleet().admin().identity();
  order.who = {order_author::kind::admin, identity, 0};
  auto octets = wire::encode_order(order);
  PPN_ASSERT(octets.has_value());
  auto text = authority_text(stage_.fleet().founding().fleet, seen, *octets);
  signature proof = wanted.forged ? impostor_.sign(text) : admin.sign(text);
  return {std::move(*octets), order_authority{identity, seen, proof}};
}

} // namespace

std::unique_ptr<plugin> make_orders(stage& on, random_source random) {
  return std::make_unique<orders>(on, random);
}

} // namespace ppn::sim
