// The costs of one message on its way, each beside the primitive it cannot be cheaper than.
#include "actors/vm_fleet_core.hpp"
#include "messages/wire/codec.hpp"
#include "runtime/link/frame.hpp"

#include <benchmark/benchmark.h>
#include <sodium.h>

namespace {

using namespace ppn;

heartbeat sample_beat() {
  heartbeat beat;
  beat.capacity.ram_total = 1;
  beat.capacity.pools.push_back({"default", 1, 2, 3});
  return beat;
}

crypto::secret key() { return crypto::secret(32); }

void encode_heartbeat(benchmark::State& state) {
  wire_message message = sample_beat();
  for (auto _ : state) benchmark::DoNotOptimize(wire::encode(message));
}
BENCHMARK(encode_heartbeat);

void decode_heartbeat(benchmark::State& state) {
  bytes body = wire::encode(wire_message{sample_beat()});
  for (auto _ : state) benchmark::DoNotOptimize(wire::decode_node_message(body));
}
BENCHMARK(decode_heartbeat);

void poly1305_alone(benchmark::State& state) {
  bytes body = wire::encode(wire_message{sample_beat()});
  octet tag[16];
  octet one_time_key[32] = {};
  for (auto _ : state) {
    crypto_onetimeauth(tag, body.data(), body.size(), one_time_key);
    benchmark::DoNotOptimize(tag);
  }
}
BENCHMARK(poly1305_alone);

void seal_and_open(benchmark::State& state) {
  bytes body = wire::encode(wire_message{sample_beat()});
  link::frame_sealer sealer(key());
  link::frame_opener opener(key());
  for (auto _ : state) {
    auto frame = sealer.seal(body);
    if (!opener.open(frame)) state.SkipWithError("a frame was refused");
  }
}
BENCHMARK(seal_and_open);

// One round of heartbeats of a fleet: O(1) each, whatever its size.
void detector_round(benchmark::State& state) {
  auto count = static_cast<std::uint32_t>(state.range(0));
  node_id self;
  failure_detector detector(self, mono_time{});
  std::vector<node_id> ids(count);
  for (std::uint32_t i = 0; i < count; ++i) store_le32(ids[i].octets.data(), i + 1);
  detection_effects out;
  detector.set_members(ids, mono_time{}, out);
  auto now = mono_time{};
  for (auto _ : state) {
    now += limits::heartbeat_interval;
    for (const node_id& id : ids) detector.heard(id, now, out);
    out.clear();
  }
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(detector_round)->Arg(3)->Arg(1000)->Arg(10000);

} // namespace

BENCHMARK_MAIN();
