ppn_test(config_test
  SOURCES config_test.cpp config_error_test.cpp config_text_test.cpp
  LINKS ppn_config fmt::fmt
  LABELS unit)

ppn_test(cli_test
  SOURCES status_test.cpp status_json_test.cpp socket_path_test.cpp control_client_test.cpp
    ppn_command_test.cpp ppn_ledger_command_test.cpp
  LINKS ppn_cli nlohmann_json::nlohmann_json
  LABELS unit)
ppn_test(cli_ledger_test
  SOURCES entry_stream_test.cpp ledger_live_verify_test.cpp ledger_reading_test.cpp ledger_tiles_test.cpp
    ledger_writing_test.cpp
  LINKS ppn_cli ppn_tile_files nlohmann_json::nlohmann_json
  LABELS unit)
add_dependencies(cli_test ppn) # ppn_command_test runs it
