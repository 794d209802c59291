#include "tests/bench/ledger_bench_place.hpp"

#include <filesystem>

namespace ppn::bench {

namespace {

crypto::signing_key key_of(octet seed) {
  return crypto::signing_key::from_seed(bytes(32, seed));
}

verify_signature verify_by(signer& keys) {
  return [&keys](const signing_public& by, bytes_view message, const signature& sig) {
    return keys.verify(by, message, sig);
  };
}

} // namespace

ed25519_signer make_signer() {
  return {key_of(1), key_of(2), key_of(3)};
}

log_key make_log_key() {
  auto secret = std::make_shared<crypto::signing_key>(key_of(2));
  return {need(log::make_vkey(origin, log::key_type::ed25519, secret->public_part())),
          [secret](bytes_view text) { return secret->sign(text); }};
}

ledger_place::ledger_place(const std::string& folder) {
  std::filesystem::create_directories(folder);
  rocksdb_store_options options;
  options.folder = folder + "/store";
  auto opened = rocksdb_store::open(options);
  if (!opened) give_up(opened.error().text);
  entries = *std::move(opened);
  auto cells = file_cells::open(folder + "/cells");
  if (!cells) give_up(cells.error().text);
  durable = *std::move(cells);
  std::vector<std::string> remarks;
  auto made = ledger_book::open({*entries, *durable, "last-signed-own"}, remarks);
  if (!made) give_up(made.error().text);
  book = std::make_shared<ledger_book>(*std::move(made));
}

ledger_setup own_ledger() {
  ledger_setup setup;
  setup.self.octets[0] = 1;
  setup.origin = origin;
  return setup;
}

std::shared_ptr<ledger_core> make_core(const ledger_place& place, signer& keys) {
  return std::make_shared<ledger_core>(
      own_ledger(), place.book, fleet_fold(fleet_id{}, verify_by(keys)), keys, *place.durable);
}

durable_write commit_to_book(const std::string& folder) {
  auto place = std::make_shared<ledger_place>(folder);
  return [place, key = make_log_key(), number = std::uint64_t{0}]() mutable {
    bytes entry(entry_octets);
    store_be64(entry.data(), ++number);
    auto done = commit_signed(*place->book, key, {std::move(entry)}, false);
    if (!done) give_up(done.error().text);
  };
}

} // namespace ppn::bench
