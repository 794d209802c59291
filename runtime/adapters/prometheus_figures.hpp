// The figures port with prometheus-cpp: a registry of counters that events move, handed in and never global,
// and gauges that are made of the node's status when somebody asks. Safe from any thread.
#pragma once

#include "messages/metrics.hpp"
#include "runtime/ports/clock.hpp"
#include "runtime/ports/figures.hpp"
#include "runtime/ports/observer.hpp"

#include <prometheus/registry.h>

#include <atomic>
#include <map>
#include <string>

namespace ppn {

class prometheus_figures final : public figures, public observer {
public:
  // Passes every event on to `next`.
  prometheus_figures(const clock& time, observer& next);

  std::string exposition(const status_reply& now) override;
  void on(const node_event& what) override;

  // A counter of the table; `label` is the value of its one label.
  void count(std::string_view name, std::string_view label = {}, double by = 1);

private:
  const clock& time_;
  observer& next_;
  prometheus::Registry registry_;
  std::map<std::string, prometheus::Family<prometheus::Counter>*, std::less<>> counters_;
  std::atomic<std::int64_t> last_commit_milliseconds_{0};
};

// Families that are made anew for each exposition, one file for each area.
using metric_families = std::vector<prometheus::MetricFamily>;
struct metric_label {
  std::string_view name;
  std::string_view value;
};
// Adds one sample of a metric of the table.
void add_sample(metric_families& to, std::string_view name, double value,
                std::initializer_list<metric_label> labels = {});

void add_node_metrics(metric_families& to, const status_reply& now);
void add_member_metrics(metric_families& to, const status_reply& now);
void add_ledger_metrics(metric_families& to, const status_reply& now);
void add_process_metrics(metric_families& to);

} // namespace ppn
