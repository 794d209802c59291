// Both directions of the control socket: the two decoders, and the cutting of one connection into
// requests. How the octets were cut on their way never matters.
#include "actors/control_frames.hpp"
#include "messages/base/assert.hpp"
#include "messages/wire/codec.hpp"

namespace {

using namespace ppn;

template <class Decode>
void check_decoder(bytes_view body, Decode decode) {
  const auto message = decode(body);
  if (!message) {
    PPN_ASSERT(message.error().code == ec::malformed);
    return;
  }
  const auto written = decode(wire::encode(*message));
  PPN_ASSERT(written.has_value());
  PPN_ASSERT(*written == *message);
}

struct outcome {
  std::vector<control_request> requests;
  std::optional<error> ended;
  bool operator==(const outcome&) const = default;

  void take(control_frames& frames, bytes_view data) {
    if (ended) return;
    if (auto taken = frames.take(data, mono_time{}, requests); !taken) ended = taken.error();
  }
};

outcome read_in_chunks(bytes_view data, std::size_t first) {
  control_frames frames{mono_time{}};
  outcome out;
  out.take(frames, data.first(first));
  out.take(frames, data.subspan(first));
  return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const bytes_view rest{data + 1, size - 1};
  check_decoder(rest, wire::decode_control_request);
  check_decoder(rest, wire::decode_control_response);
  const outcome whole = read_in_chunks(rest, rest.size());
  PPN_ASSERT(whole == read_in_chunks(rest, std::min<std::size_t>(data[0], rest.size())));
  PPN_ASSERT(!whole.ended || whole.ended->code == ec::malformed ||
             whole.ended->code == ec::too_large);
  return 0;
}
