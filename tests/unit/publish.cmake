ppn_test(publish_test
  SOURCES http_test.cpp ledger_files_test.cpp views_core_test.cpp
  LINKS ppn_actors ppn_storage
  LABELS unit)
