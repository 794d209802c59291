// How the daemon ends (design D12): a distinct code for each thing an operator has to look at.
#pragma once

#include "messages/base/error.hpp"

namespace ppn::daemon_exit {

inline constexpr int done = 0;
inline constexpr int usage = 2;
inline constexpr int configuration = 64;
inline constexpr int data_folder = 65;
inline constexpr int identity = 66;
inline constexpr int address_in_use = 69;
inline constexpr int internal = 70;
inline constexpr int permission = 73;
inline constexpr int ledger_failed = 74; // its disk did, while it was in use
inline constexpr int second_instance = 75;
inline constexpr int storage_full = 77;

// For failures of the data folder and what is in it.
inline int of_storage(ec code) {
  switch (code) {
  case ec::permission: return permission;
  case ec::no_space: return storage_full;
  case ec::integrity: return identity;
  case ec::in_use: return second_instance;
  default: return data_folder;
  }
}

} // namespace ppn::daemon_exit
