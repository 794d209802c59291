ppn_test(log_test
  SOURCES log_merkle_test.cpp log_merkle_proof_test.cpp log_merkle_vector_test.cpp
    log_base64_test.cpp log_text_test.cpp log_vkey_test.cpp log_note_test.cpp
    log_cosignature_test.cpp log_checkpoint_test.cpp log_term_test.cpp log_ledger_vector_test.cpp
    log_tile_test.cpp log_tile_content_test.cpp log_tile_writer_test.cpp log_tile_audit_test.cpp
    log_proof_file_test.cpp log_witness_test.cpp
    log_witness_request_test.cpp
  LINKS ppn_log rapidcheck nlohmann_json::nlohmann_json
  LABELS unit)
