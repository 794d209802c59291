ppn_test(fleet_fold_test
  SOURCES fleet_fold_test.cpp fleet_fold_history_test.cpp fleet_snapshot_test.cpp capability_test.cpp
  LINKS ppn_ledger rapidcheck
  LABELS unit)
