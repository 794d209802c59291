// Signed notes and checkpoints: whatever parses renders back to the very same octets, so that there
// is one note for one meaning; opening one never crashes and never accepts what no key signed.
#include "messages/base/assert.hpp"
#include "storage/log/checkpoint.hpp"
#include "storage/log/merkle.hpp"

namespace {

using namespace ppn::log;

// The log of the public samples, so that the corpus reaches the code behind a good signature.
const trust_policy& samples_policy() {
  static const trust_policy trust{
      {parse_vkey("example.org/fixture/log+b9ae7307+AUtiog903HjFyIP6mwHDPF19RsBVRYzIkZZAlCDc2Ewd")
           .value()},
      {},
      0};
  return trust;
}

void check_note(ppn::bytes_view data) {
  auto parsed = parse_note(data);
  if (!parsed) return;
  PPN_ASSERT(to_text(*parsed) == ppn::text_of(data));
  PPN_ASSERT(parse_note(ppn::view_of(to_text(*parsed))) == *parsed);
  PPN_ASSERT(!verify_note(*parsed, {}));
}

void check_body(std::string_view text) {
  auto body = parse_checkpoint(text);
  if (!body) return;
  auto back = to_text(*body);
  PPN_ASSERT(back.has_value());
  PPN_ASSERT(*back == text);
  PPN_ASSERT(parse_checkpoint(*back) == *body);
}

void check_opened(ppn::bytes_view data) {
  auto opened = open_checkpoint(data, samples_policy());
  if (!opened) return;
  PPN_ASSERT(opened->body.origin == samples_policy().logs.front().name);
  PPN_ASSERT(log_signed(opened->body, opened->signatures));
  PPN_ASSERT(has_possible_root(opened->body));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ppn::bytes_view input{data, size};
  check_note(input);
  check_body(ppn::text_of(input));
  check_opened(input);
  return 0;
}
