ppn_fuzzer(fuzz_http SOURCES http_fuzz.cpp LINKS ppn_actors CORPUS http)
