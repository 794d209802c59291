// Any octets as the body of an authenticated frame. What is read as a message is written and read
// again as the same message, at whatever address it lay.
#include "messages/base/assert.hpp"
#include "messages/wire/codec.hpp"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ppn;
  const auto message = wire::decode_node_message({data, size});
  // One octet further on, so that the two readings differ in their alignment.
  bytes moved(1 + size);
  std::copy_n(data, size, moved.begin() + 1);
  const auto again = wire::decode_node_message(bytes_view{moved}.subspan(1));
  PPN_ASSERT(message == again);
  if (!message) {
    PPN_ASSERT(message.error().code == ec::malformed);
    return 0;
  }
  const auto written = wire::decode_node_message(wire::encode(*message));
  PPN_ASSERT(written.has_value());
  PPN_ASSERT(*written == *message);
  return 0;
}
