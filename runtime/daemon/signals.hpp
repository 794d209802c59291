// Signals as the daemon's main thread sees them: it waits for them and does nothing else.
#pragma once

#include "messages/actors.hpp"

namespace ppn {

enum class signal_word { stop, reload, node_ended };

// For the calling thread and every thread that it starts afterwards; SIGPIPE is ignored for good.
void block_signals();
signal_word wait_for_signal();

// The end of the node becomes a signal of this process.
void raise_when_ended(const node_actor& node);
void wait_until_node_ended();

} // namespace ppn
