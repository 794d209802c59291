ppn_fuzzer(fuzz_guest_file SOURCES guest_file_fuzz.cpp LINKS ppn_guest CORPUS guest_file)
