// `ppn admin add|list|remove` and `ppn node revoke|posture`: what an administrator orders about
// administrators and members, and how the answer reads.
#pragma once

#include "runtime/cli/authority_orders.hpp"
#include "runtime/cli/text_sink.hpp"

namespace ppn {

struct admin_order_world {
  control_channel& daemon;
  const crypto::signing_key& admin;
  entropy& random;
  text_sink& output;
  bool json = false;
  bool dry_run = false;
};

struct admin_add_options {
  signing_public key;
  std::string label;
  std::string reason;
};
status add_admin(const admin_add_options& given, const admin_order_world& world);

struct admin_remove_options {
  std::string who; // a label, the fingerprint's words, or the beginning of the public key in hex
  std::string reason;
};
status remove_admin(const admin_remove_options& given, const admin_order_world& world);

// The new key in and the old one out, signed by the old one: the label stays.
status rotate_admin(const signing_public& next, const std::string& reason,
                    const admin_order_world& world);

// From the ledger's entries, each signature checked here. Needs no key.
status list_admins(control_channel& daemon, text_sink& output, bool json);

struct node_revoke_options {
  std::string name;
  std::string reason;
};
status revoke_node(const node_revoke_options& given, const admin_order_world& world);

struct node_posture_options {
  std::string name;
  posture trust = posture::onprem;
  std::string reason;
};
status set_posture(const node_posture_options& given, const admin_order_world& world);

} // namespace ppn
