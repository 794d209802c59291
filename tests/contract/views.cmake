ppn_test(contract_views SOURCES views_memory_test.cpp views_file_test.cpp
  LINKS ppn_storage ppn_adapters LABELS contract)
