#include "runtime/adapters/prometheus_figures.hpp"

#include "messages/base/time.hpp"

#include <prometheus/counter.h>
#include <prometheus/text_serializer.h>

#include <sstream>

namespace ppn {

namespace {

// What events count.
struct counting {
  prometheus_figures& to;

  void operator()(const event::refused& e) const {
    to.count("ppn_refusals_total", e.reason);
    if (e.reason == "pairing") to.count("ppn_pairing_failed_tries_total");
  }
  void operator()(const event::member_moved& e) const {
    to.count("ppn_member_transitions_total", to_string(e.to));
  }
  void operator()(const event::link_up&) const { to.count("ppn_link_ups_total"); }
  void operator()(const event::link_down&) const { to.count("ppn_link_downs_total"); }
  void operator()(const event::controller_slept&) const { to.count("ppn_controller_slept_total"); }
  void operator()(const event::host_sample_failed&) const { to.count("ppn_host_sample_failures_total"); }
  void operator()(const event::control_connected&) const { to.count("ppn_control_connections_total"); }
  void operator()(const event::ledger_committed& e) const {
    to.count("ppn_ledger_commits_total");
    to.count("ppn_ledger_committed_entries_total", {}, static_cast<double>(e.size - e.first));
  }
  void operator()(const event::ledger_acknowledged& e) const {
    to.count("ppn_ledger_acknowledged_total", e.degraded ? "yes" : "no");
  }
  void operator()(const event::ledger_accused& e) const {
    to.count("ppn_ledger_accusations_total", to_string(e.what.what));
  }
  void operator()(const event::witness_refused&) const { to.count("ppn_witness_refusals_total"); }
  template <class Other>
  void operator()(const Other&) const {}
};

} // namespace

prometheus_figures::prometheus_figures(const clock& time, observer& next) : time_(time), next_(next) {
  for (const metric_description& each : all_metrics()) {
    if (each.kind != metric_kind::counter || each.name.substr(0, 4) != "ppn_") continue;
    auto& family = prometheus::BuildCounter()
                     .Name(std::string{each.name})
                     .Help(std::string{each.help})
                     .Register(registry_);
    counters_[std::string{each.name}] = &family;
    // Without labels there is one sample, and it is there before anything happened.
    if (each.labels.empty()) family.Add({});
  }
}

void prometheus_figures::count(std::string_view name, std::string_view label, double by) {
  const std::string_view labels = metric_named(name).labels;
  prometheus::Labels with;
  if (!labels.empty()) with.emplace(labels, label);
  counters_.find(name)->second->Add(with).Increment(by);
}

void prometheus_figures::on(const node_event& what) {
  std::visit(counting{*this}, what);
  if (std::holds_alternative<event::ledger_committed>(what))
    last_commit_milliseconds_ = to_milliseconds(time_.wall().time_since_epoch());
  next_.on(what);
}

std::string prometheus_figures::exposition(const status_reply& now) {
  metric_families families = registry_.Collect();
  add_node_metrics(families, now);
  add_member_metrics(families, now);
  add_ledger_metrics(families, now);
  if (last_commit_milliseconds_ != 0)
    add_sample(families, "ppn_ledger_last_commit_timestamp_seconds",
               static_cast<double>(last_commit_milliseconds_) / 1000);
  add_process_metrics(families);
  std::ostringstream text;
  prometheus::TextSerializer{}.Serialize(text, families);
  return text.str();
}

void add_sample(metric_families& to, std::string_view name, double value,
                std::initializer_list<metric_label> labels) {
  // Samples of one metric come one after the other.
  if (to.empty() || to.back().name != name) {
    const metric_description& of = metric_named(name);
    prometheus::MetricFamily family;
    family.name = name;
    family.help = of.help;
    family.type =
      of.kind == metric_kind::counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
    to.push_back(std::move(family));
  }
  prometheus::ClientMetric& sample = to.back().metric.emplace_back();
  for (const metric_label& each : labels)
    sample.label.push_back({std::string{each.name}, std::string{each.value}});
  sample.gauge.value = value;
  sample.counter.value = value;
}

} // namespace ppn
