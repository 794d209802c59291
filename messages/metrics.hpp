// Every metric that a node may export: its name, kind, labels and meaning, in one table. The exporter fills
// these and no others; `ppn explain`, rules, dashboards and their test read the same table.
//
// A new area adds its rows to metrics.cpp and fills them in runtime/adapters/metrics_<area>.cpp. Labels are
// bounded: closed sets of words, members of the fleet (on the controller only), pools of a node.
#pragma once

#include <cstdint>
#include <string_view>

namespace ppn {

enum class metric_kind : std::uint8_t { counter, gauge };

struct metric_description {
  std::string_view name;
  metric_kind kind = metric_kind::gauge;
  std::string_view labels; // "member,kind"; empty: none
  std::string_view help;
  std::string_view advice; // what to look at when it is not as it should be
};

struct metric_table {
  const metric_description* first;
  const metric_description* last;
  const metric_description* begin() const { return first; }
  const metric_description* end() const { return last; }
};

metric_table all_metrics();
// Of a name in the table; a name that is not there is an error of ours.
const metric_description& metric_named(std::string_view name);

} // namespace ppn
