foreach(part wire code machine)
  ppn_fuzzer(fuzz_ceremony_${part}
    SOURCES ceremony_${part}.cpp
    LINKS ppn_crypto
    CORPUS ceremony_${part})
endforeach()
