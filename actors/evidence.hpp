// What speaks against the fleet's ledger, as this node saw it. A cell outside of the ledger's store
// remembers it: who has seen two histories once believes neither, also after a restart.
#pragma once

#include "messages/ledger_report.hpp"
#include "storage/cells.hpp"

namespace ppn {

class evidence_book {
public:
  // `durable`: null where nothing is remembered. A cell that cannot be read is evidence itself: what
  // it said is not known, so nothing is believed.
  // `cell`: of whoever sees evidence and remembers it for himself.
  evidence_book(std::string origin, cells* durable, std::string_view cell = cell_name);

  // Remembered when it answers. False when it is known already, or there is more than anybody needs;
  // of a long text only the beginning is kept.
  bool add(ledger_evidence& what);

  bool empty() const { return all_.empty(); }
  const std::vector<ledger_evidence>& all() const { return all_; }

  static constexpr std::size_t most = 64;
  static constexpr std::size_t text_octets = 200;
  static constexpr std::string_view cell_name = "evidence";

private:
  void keep();
  void load();
  bool read(bytes_view stored);

  std::string origin_;
  std::string cell_;
  cells* durable_;
  std::vector<ledger_evidence> all_;
};

} // namespace ppn
