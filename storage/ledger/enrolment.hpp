// The two sealed records of a join ceremony: what the fleet tells a node that it lets in, and what the node
// answers. Both as lines of text in one spelling; a node keeps the first as a file.
#pragma once

#include "messages/base/error.hpp"
#include "messages/ledger.hpp"

namespace ppn {

struct enrolment {
  member_record self;          // the node, as the fleet's ledger will have it
  std::vector<bytes> founding; // the first entries of the fleet's ledger, as far as they name a controller
  bool operator==(const enrolment&) const = default;
};

std::string enrolment_text(const enrolment& what);
// ec::malformed when it is not exactly that.
result<enrolment> parse_enrolment(std::string_view text);

// The node's other keys, with its identity's word for them.
std::string member_keys_text(const member_keys& keys);
result<member_keys> parse_member_keys(std::string_view text);

} // namespace ppn
