// Coverage marks: which rare paths the nodes themselves said they took. A campaign that never saw one of
// them has said nothing about it.
#pragma once

#include "sim/checker.hpp"

#include <map>

namespace ppn::sim {

class marks_checker final : public checker {
public:
  marks_checker();
  void on_event(std::uint32_t node, const moment& now, const node_event& what) override;
  void on_end(const moment&) override {}
  void count(counters& into) const override;

private:
  std::map<std::string, std::uint64_t, std::less<>> seen_;
};

} // namespace ppn::sim
