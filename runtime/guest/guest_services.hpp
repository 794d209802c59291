// The services of a guest against the catalogue and the placement principle: a service belongs
// where its data and its trust do, and depends on a service of another VM type never by loopback.
#pragma once

#include "runtime/guest/guest_file.hpp"

namespace ppn {

// One [[service]] as read; the catalogue fills what it leaves out.
struct written_service {
  const document_value* at = nullptr;
  guest_service service;
  bool has_port = false;
  bool has_probe = false;
  bool has_depends = false;
  bool forward = false;
};

// Fills spec.services and warnings. `forward` is "none", "all" or names of services.
void settle_services(loaded_guest& guest, std::vector<written_service> written,
                     const std::vector<std::string>& forward, const document_value& at,
                     const catalogue& types, document_problems& problems);

} // namespace ppn
