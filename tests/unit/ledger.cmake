ppn_test(ledger_codec_test
  SOURCES ledger_codec_test.cpp
  LINKS ppn_messages rapidcheck
  LABELS unit)
ppn_test(ledger_views_test
  SOURCES ledger_views_test.cpp secret_scan_test.cpp
  LINKS ppn_ledger rapidcheck nlohmann_json::nlohmann_json
  LABELS unit)
