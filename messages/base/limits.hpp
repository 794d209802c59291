// Every bound of the system with its reason. A queue, retry, size or time without a line here does not exist.
#pragma once

#include "messages/base/time.hpp"

#include <cstddef>

namespace ppn::limits {

// Heartbeats and eviction (domain section 4; fixed).
inline constexpr seconds heartbeat_interval{10};
inline constexpr seconds suspect_after{15};
inline constexpr seconds evict_after{30};
// Eviction must fall into (30 s, 31 s]: the deadline sits inside, away from both edges.
inline constexpr milliseconds evict_deadline{30'250};
inline constexpr seconds evict_latest{31};
// A returned member gets no placements for this long, and counts as flapping.
inline constexpr seconds flapping_window{60};
// A timer this late means that the process itself did not run: its deadlines shift.
inline constexpr milliseconds sleep_threshold{500};
// Returns of one flapping member inside this window are one ledger entry.
inline constexpr minutes flapping_coalesce{10};
static_assert(suspect_after < evict_after && evict_after < evict_deadline);
// A timer that is just not late enough to count as sleep must still evict in time.
static_assert(evict_deadline + sleep_threshold < evict_latest);

// Link frames (design D1). Control messages are small; only ledger bulk needs more.
inline constexpr std::size_t frame_control_max = 64 * 1024;
inline constexpr std::size_t frame_bulk_max = 1024 * 1024;
inline constexpr std::size_t hello_max = 1024; // an unauthenticated frame is never larger
inline constexpr seconds hello_deadline{5};
inline constexpr seconds partial_frame_deadline{10};
// Silence on an established link: two heartbeats and their answers lost.
inline constexpr seconds link_idle_deadline{35};
inline constexpr milliseconds redial_first{250};
inline constexpr milliseconds redial_most{5'000};
// What may wait for one peer; beyond it the oldest telemetry goes first.
inline constexpr std::size_t link_queue_frames = 256;
inline constexpr std::size_t link_queue_octets = 2 * 1024 * 1024;
// Bytes handed to the stream and not yet taken by the network.
inline constexpr std::size_t stream_window_octets = 256 * 1024;
// Unauthenticated connections: all together and from one address.
inline constexpr std::size_t pending_hellos = 64;
inline constexpr std::size_t pending_hellos_per_address = 4;

// Cap'n Proto: a decoder never visits more than the message could hold once, nor nests deeper.
inline constexpr int nesting = 12;

// Control socket (design D12).
inline constexpr std::size_t control_request_max = 256 * 1024;
inline constexpr std::size_t control_response_max = 16 * 1024 * 1024;
inline constexpr std::size_t control_connections = 64;
inline constexpr seconds control_request_deadline{10};
inline constexpr nanoseconds control_idle_deadline{minutes{5}};
// Questions of one connection that may be unanswered; beyond it the answer is "busy".
inline constexpr std::size_t control_requests_unanswered = 512;
// Entries of one answer; a ledger stops earlier when their octets reach its own bound.
inline constexpr std::uint64_t control_read_entries = 16'384;
// What the actors of one node may take to answer each other.
inline constexpr seconds internal_request_timeout{2};

// A fleet (design D17).
inline constexpr std::size_t members = 16'384;
inline constexpr std::size_t name_octets = 63;
inline constexpr std::size_t labels_per_node = 32;
inline constexpr std::size_t label_octets = 128;
inline constexpr std::size_t disk_pools = 16;
inline constexpr std::size_t guests_per_node = 4'096;
// Rows of one view message: 256 of them fit a control frame.
inline constexpr std::size_t view_rows_per_message = 128;
// What the rows of one page may take; the rest of a frame is room for its header fields.
inline constexpr std::size_t view_page_octets = 56 * 1024;
static_assert(view_page_octets + 1024 < frame_control_max);
// Responses that may wait for a client that does not read them.
inline constexpr std::size_t control_responses_waiting = 4;
inline constexpr seconds listen_again_after{2};

// Ledgers (design D5, D6).
inline constexpr std::size_t entry_octets = 65'535; // of tlog-tiles; larger bodies go in by digest
inline constexpr std::size_t reason_octets = 1024;
inline constexpr std::size_t commit_entries = 1'024;
inline constexpr std::size_t commit_octets = 1024 * 1024;
// What may wait for the next commits of one ledger; beyond it the answer is "busy".
inline constexpr std::size_t ledger_queue_entries = 8'192;
inline constexpr std::size_t ledger_queue_octets = 8 * 1024 * 1024;
inline constexpr std::size_t witnesses = 7;
inline constexpr std::size_t administrators = 64;
inline constexpr std::size_t grants = 65'536;
// The writer asks for cosignatures at most this often, and for its newest checkpoint only.
inline constexpr seconds cosign_interval{1};
// Signed checkpoints that are kept for ever: one per so many entries, and one per hour with changes.
inline constexpr std::uint64_t kept_checkpoint_entries = 65'536;
inline constexpr nanoseconds kept_checkpoint_interval{hours{1}};
// A controller that starts waits this long for what its members have seen of its ledger (design D7).
inline constexpr seconds ledger_survey{30};
// Entries of one page between replicas: with its proofs a page fits a bulk frame.
inline constexpr std::size_t page_entries = 1'024;
inline constexpr std::size_t page_octets = 768 * 1024;
// A page that was not answered by then was lost with its link.
inline constexpr seconds page_answer_deadline{15};
// An answer that waits for another member's copy (acknowledgement `one`) waits this long, then degrades.
inline constexpr seconds acknowledgement_deadline{5};
// An order that was passed on to the writer has its answer by then, or its fate is unknown.
inline constexpr seconds order_deadline{15};
inline constexpr std::size_t orders_passed_on = 1'024;
// At most this much is re-hashed before a ledger opens; the rest while it is in use.
inline constexpr std::uint64_t rehash_at_open_octets = 64ull * 1024 * 1024;
// A fold's snapshot is made anew after so many entries.
inline constexpr std::uint64_t snapshot_entries = 65'536;

// Supervision: more restarts of a child than this inside the window and the node gives up.
inline constexpr std::size_t child_restarts = 5;
inline constexpr seconds child_restart_window{60};

} // namespace ppn::limits
