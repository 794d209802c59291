// One log of this node, as plain code: what waits to be written, what is written, who may hear of it.
//
// Group commit without a collecting delay: whoever runs this commits as soon as something waits and
// nothing is being committed; what arrives meanwhile is the next commit. An answer leaves when its entry
// is durable, under a signed checkpoint that a cell outside the store remembers, and held by as many
// other members as the fleet's policy asks for while there are any to be reached.
//
// The same object follows another writer: then it takes pages instead of orders.
#pragma once

#include "actors/evidence.hpp"
#include "runtime/ports/observer.hpp"
#include "runtime/ports/signer.hpp"
#include "storage/ledger/page.hpp"

#include <deque>
#include <memory>
#include <set>

namespace ppn {

struct ledger_setup {
  node_id self;
  std::string origin;
  // The fleet's ledger has a fold and follows whoever its entries name; a node's own has neither.
  bool fleet = false;
  std::vector<bytes> founding; // the first entries, as every member knows them
  bool founds = false;         // ... and by them this node is the first to write
  std::uint64_t looked_at = 0; // entries that were hashed again when the ledger was opened
};

class ledger_core {
public:
  // `fold` is at the book's size; for a node's own ledger it is unused.
  ledger_core(ledger_setup setup, std::shared_ptr<ledger_book> book, fleet_fold fold, signer& keys,
              cells& durable);

  struct outcome {
    std::uint64_t ticket = 0;
    std::optional<error> refused;
    std::uint64_t index = 0;
    std::uint64_t size = 0;
    bool degraded = false;
  };

  // Appended to; consumed by the caller.
  std::vector<outcome> outcomes;
  std::vector<node_event> events;

  // -- writing
  // Tickets are never given twice: answers may outlive the actor that asked.
  std::uint64_t new_ticket() { return ++tickets_; }
  void submit(std::uint64_t ticket, submitted_order order, mono_time now);
  bool commit_due() const;
  void commit(wall_time wall, mono_time now);
  // Members that hold a copy, and how many of them can be reached.
  void on_copy(const node_id& member, std::uint64_t size);
  void on_reachable(const std::set<node_id>& members);
  void advance(mono_time now);
  std::optional<mono_time> next_deadline() const;
  // A writer that starts may not write before the others were asked (design D7), nor while one of them
  // holds more that its key has signed.
  void on_surveyed();

  // -- following
  ledger_have have() const { return make_have(*book_); }
  result<ledger_page> page_for(const ledger_have& other) const;
  status take_page(const node_id& sender, const ledger_page& page, mono_time now);
  // What another member holds may show that there are two histories.
  void compare(const node_id& sender, const ledger_have& other);

  // -- witnesses
  bytes cosign_body(std::uint64_t old_size) const;
  void publish_cosigned(std::string note);
  bool trusted() const { return evidence_.empty(); }
  // Whoever else of this node sees evidence brings it here: it is durable, and told.
  void accuse(ledger_evidence what);

  // -- looking
  bool is_writer() const;
  // Its disk failed: what is durable only the next open knows.
  bool failed() const { return failed_.has_value(); }
  std::uint64_t size() const { return book_->size(); }
  const fleet_fold& fold() const { return fold_; }
  membership_ptr members() const;
  const ledger_book& book() const { return *book_; }
  ledger_report report() const;
  // Looks at a part of what is stored again; false when there is nothing left to look at.
  bool rehash_step(std::uint64_t octets);

private:
  struct waiting_order {
    std::uint64_t ticket;
    submitted_order order;
    order_id id;
    bool authority; // what comes after it may be judged differently
  };
  struct waiting_answer {
    outcome answer;
    mono_time since;
  };

  void refuse(std::uint64_t ticket, ec code, std::string text);
  bool seen_before(std::uint64_t ticket, const order_id& id, bytes_view order, mono_time now);
  void remember_id(const order_id& id, std::uint64_t index);
  std::vector<waiting_order> next_group();
  status check(const waiting_order& each, term_number term, std::int64_t when) const;
  std::vector<bytes> encode_group(std::vector<waiting_order>& group, wall_time wall, mono_time now);
  void tell_committed(ledger_part part, std::uint64_t first, std::vector<digest> leaves);
  bool found_fleet(mono_time now);
  void await_copies(const std::vector<waiting_order>& group, std::uint64_t first, mono_time now);
  void on_failed_commit(const error& why, mono_time now);
  void tell_stored(std::uint64_t first);
  status sign_and_commit(std::vector<bytes> entries, bool keep);
  bool keeps_checkpoint(std::uint64_t size, wall_time wall) const;
  void apply_to_fold(const std::vector<bytes>& entries);
  void release(mono_time now);
  bool copied_enough(std::uint64_t size) const;
  void begin_if_allowed();
  void stay_read_only(std::string why);
  const fleet_state& trusted_state() const;
  void fail_all(const error& why);
  log::vkey signing_key() const;

  ledger_setup setup_;
  std::shared_ptr<ledger_book> book_;
  fleet_fold fold_;
  signer* keys_;
  evidence_book evidence_;
  fleet_fold founded_; // of the founding alone: whom to believe while there is nothing else
  std::uint64_t tickets_ = 0;
  bool surveyed_ = false;
  std::uint64_t ahead_ = 0; // what another member holds of this ledger, signed
  node_id ahead_at_;
  bool may_write_ = false;
  std::optional<mono_time> full_until_;
  std::string why_not_ = "asking members";
  std::deque<waiting_order> queue_;
  std::size_t queue_octets_ = 0;
  std::deque<waiting_answer> answers_; // in the order of their sizes
  std::map<node_id, std::uint64_t> copies_;
  std::set<node_id> reachable_;
  bool degraded_ = false;
  std::map<order_id, std::uint64_t> recent_;
  std::deque<order_id> recent_order_;
  std::string cosigned_;
  std::optional<error> failed_;
  std::optional<std::int64_t> kept_hour_;
  std::uint64_t rehashed_ = 0;
};

} // namespace ppn
