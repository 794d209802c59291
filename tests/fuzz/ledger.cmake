ppn_fuzzer(fuzz_ledger_entry
  SOURCES ledger_entry_fuzz.cpp
  LINKS ppn_ledger
  CORPUS ledger_entry)
