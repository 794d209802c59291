foreach(format checkpoint cosignature proof_file tile_path tile vkey witness_request)
  ppn_fuzzer(fuzz_log_${format}
    SOURCES log_${format}.cpp
    LINKS ppn_log
    CORPUS log_${format})
endforeach()
