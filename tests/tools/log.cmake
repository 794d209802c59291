ppn_executable(ledger_driver SOURCES ledger_driver.cpp LINKS ppn_log nlohmann_json::nlohmann_json)
