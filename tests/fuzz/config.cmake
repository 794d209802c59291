ppn_fuzzer(config_fuzz
  SOURCES config_fuzz.cpp
  LINKS ppn_config
  CORPUS config)
