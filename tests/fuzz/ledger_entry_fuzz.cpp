// Any octets as an entry and as an order of a ledger. What is read is written as the very same
// octets, and every view has a form for it, decodable or not.
#include "messages/base/assert.hpp"
#include "messages/wire/ledger_codec.hpp"
#include "storage/ledger/secret_scan.hpp"
#include "storage/ledger/views.hpp"

#include <algorithm>

namespace {

using namespace ppn;

bool same(bytes_view left, bytes_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

bool is_known_failure(const error& what) {
  return what.code == ec::malformed || what.code == ec::unsupported;
}

// An export is whole lines, and of one line where a row is a line.
void check_exports(bytes_view entry) {
  for (auto format :
       {views::export_format::jsonl, views::export_format::csv, views::export_format::yaml}) {
    const std::string row = views::export_entry(format, 7, entry);
    PPN_ASSERT(row.ends_with('\n'));
    if (format != views::export_format::yaml)
      PPN_ASSERT(std::count(row.begin(), row.end(), '\n') == 1);
  }
}

void check_entry(bytes_view data) {
  const auto opened = wire::decode_entry(data);
  if (!opened) {
    PPN_ASSERT(is_known_failure(opened.error()));
    return;
  }
  const auto again = wire::encode_entry(opened->entry);
  PPN_ASSERT(again.has_value());
  PPN_ASSERT(same(*again, data));
  const auto order = wire::encode_order(opened->order);
  PPN_ASSERT(order.has_value());
  PPN_ASSERT(*order == opened->entry.order.octets);
  PPN_ASSERT(views::entry_human(7, *opened).ends_with('\n'));
  PPN_ASSERT(views::entry_brief(7, *opened).find('\n') == std::string::npos);
}

void check_order(bytes_view data) {
  const auto order = wire::decode_order(data);
  if (!order) {
    PPN_ASSERT(is_known_failure(order.error()));
    return;
  }
  const auto again = wire::encode_order(*order);
  PPN_ASSERT(again.has_value());
  PPN_ASSERT(same(*again, data));
  const ledger_entry entry{term_number{1}, 0, {*again, std::nullopt}};
  const auto octets = wire::encode_entry(entry);
  PPN_ASSERT(octets.has_value());
  check_entry(*octets);
  check_exports(*octets);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bytes_view octets{data, size};
  // One octet further on, so that the two readings differ in their alignment.
  bytes moved(1 + size);
  std::copy_n(data, size, moved.begin() + 1);
  PPN_ASSERT(wire::decode_entry(octets) == wire::decode_entry(bytes_view{moved}.subspan(1)));
  check_entry(octets);
  check_order(octets);
  check_exports(octets);
  (void)looks_like_secret(text_of(octets));
  return 0;
}
