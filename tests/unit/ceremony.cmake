ppn_test(ceremony_test
  SOURCES hash_test.cpp key_words_test.cpp crockford_test.cpp cpace_test.cpp guess_limiter_test.cpp
    ceremony_code_test.cpp ceremony_keys_test.cpp ceremony_wire_test.cpp ceremony_channel_test.cpp
    ceremony_machine_test.cpp ceremony_hostile_test.cpp ceremony_charge_test.cpp
    ceremony_enrolment_test.cpp
  LINKS ppn_crypto nlohmann_json::nlohmann_json
  LABELS unit)
