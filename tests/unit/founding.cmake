ppn_test(founding_test
  SOURCES founding_test.cpp admin_key_file_test.cpp fleet_found_test.cpp operator_files_test.cpp
    fail_stop_test.cpp
  LINKS ppn_cli ppn_ledger ppn_adapters fmt::fmt nlohmann_json::nlohmann_json
  LABELS unit)
