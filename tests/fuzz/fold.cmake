ppn_fuzzer(fuzz_fleet_snapshot
  SOURCES fleet_snapshot_fuzz.cpp
  LINKS ppn_ledger
  CORPUS fleet_snapshot)
