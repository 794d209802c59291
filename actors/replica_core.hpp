// How this node speaks to others about the fleet's ledger, as plain code: a copy tells what it holds and
// asks for more; a writer answers with pages, first asks everybody what they have of its ledger, and
// collects the witnesses' cosignatures. What is said is at most once; every word can be said again.
#pragma once

#include "messages/actors.hpp"
#include "messages/base/limits.hpp"
#include "runtime/ports/observer.hpp"
#include "runtime/ports/signer.hpp"
#include "storage/log/note.hpp"

#include <map>
#include <set>

namespace ppn {

class replica_core {
public:
  replica_core(const node_id& self, membership_ptr members, signer& keys, mono_time now);

  struct send {
    node_id to;
    wire_message message;
  };
  using ask_ledger = std::variant<page_query, page_offer, have_notice, copies_notice, survey_notice,
                                  cosign_query, cosigned_notice>;

  // Appended to; consumed by the caller.
  std::vector<send> sends;
  std::vector<ask_ledger> asks;
  std::vector<node_event> events;

  void set_membership(membership_ptr members, mono_time now);
  void set_roster(std::shared_ptr<const ledger_roster> roster, std::uint64_t size, mono_time now);
  void on_peer_up(const node_id& peer, mono_time now);
  void on_peer_down(const node_id& peer, mono_time now);
  void on_message(const node_id& from, const wire_message_ptr& message, mono_time now);
  void on_page_made(page_answer made);
  void on_page_taken(const page_outcome& outcome, mono_time now);
  void on_cosign_body(cosign_body made);
  void on_writer_has(std::uint64_t size, mono_time now);
  void restore_from(const node_id& member, mono_time now);
  void advance(mono_time now);
  bool is_up(const node_id& member) const {
    auto at = peers_.find(member);
    return at != peers_.end() && at->second.up;
  }
  std::optional<mono_time> next_deadline() const;

private:
  struct peer {
    bool up = false;
    std::optional<ledger_have> have;  // its last word
    bool page_on_the_way = false;
    bool disagrees = false;           // its last page contradicts this copy, and it was told so
    std::uint64_t cosigned = 0;       // what it cosigned last, as it says
    bool cosign_on_the_way = false;
    std::string refusal;              // what it said last instead of a cosignature
  };

  bool writes() const { return members_->controller == self_; }
  void tell_have(const node_id& to, mono_time now);
  void on_have(const node_id& from, const ledger_have& have, mono_time now);
  void serve(const node_id& to, peer& which);
  void serve_all();
  void tell_copies();
  bool survey_over(mono_time now) const;
  void finish_survey(mono_time now);
  bool is_witness(const node_id& member) const;
  void cosign_soon(mono_time now);
  void ask_witnesses(mono_time now);
  void ask_witness(const node_id& witness);
  void on_cosigned(const node_id& from, const cosign_answer& answer, mono_time now);
  std::vector<log::vkey> witness_keys() const;

  node_id self_;
  membership_ptr members_;
  signer* keys_;
  std::map<node_id, peer> peers_;
  std::shared_ptr<const ledger_roster> roster_;
  ledger_have own_;
  bool own_known_ = false;
  std::uint64_t size_ = 0;
  std::optional<mono_time> told_have_; // when the writer last heard what this copy holds
  // The survey of a writer that starts.
  bool surveyed_ = false;
  mono_time survey_end_;
  std::set<node_id> answered_;
  std::optional<node_id> restoring_;
  // Cosignatures for one checkpoint.
  std::optional<mono_time> cosign_at_;
  mono_time cosigned_last_;
  std::uint64_t cosign_size_ = 0;
  std::string cosign_text_;
  std::map<log::key_id, log::note_signature> cosign_lines_;
  std::string cosign_note_;
};

// What a witness of this fleet signs as.
std::string witness_name(std::string_view origin, const node_id& member);

} // namespace ppn
