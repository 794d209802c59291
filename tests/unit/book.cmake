ppn_test(book_test
  SOURCES tree_log_test.cpp book_test.cpp book_model_test.cpp book_rocksdb_test.cpp
  LINKS ppn_ledger ppn_rocksdb ppn_adapters rapidcheck RocksDB::rocksdb-shared
  LABELS unit)
