ppn_executable(cpace_driver SOURCES cpace_driver.cpp LINKS ppn_crypto nlohmann_json::nlohmann_json)
