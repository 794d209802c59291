ppn_test(ledger_core_test
  SOURCES ledger_core_test.cpp ledger_waiting_test.cpp ledger_hostile_test.cpp evidence_test.cpp page_test.cpp
    replica_core_test.cpp registry_entries_test.cpp
  LINKS ppn_sim_lib rapidcheck
  LABELS unit)
