ppn_executable(ledger_driver
  SOURCES ledger_driver.cpp driver_log.cpp
  LINKS ppn_ledger ppn_rocksdb ppn_tile_files ppn_adapters nlohmann_json::nlohmann_json)

find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME ledger_driver_test
  COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/ledger_driver_test.py $<TARGET_FILE:ledger_driver>)
set_tests_properties(ledger_driver_test PROPERTIES LABELS tools TIMEOUT 300
  ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1;UBSAN_OPTIONS=print_stacktrace=1")
