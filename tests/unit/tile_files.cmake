ppn_test(tile_files_test
  SOURCES tile_files_test.cpp ledger_verify_test.cpp
  LINKS ppn_tile_files ppn_cli nlohmann_json::nlohmann_json
  LABELS unit)
