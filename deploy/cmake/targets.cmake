# Short forms for the few kinds of target there are.

# ppn_library(name SOURCES a.cpp ... LINKS other ...): a static library; LINKS are public.
function(ppn_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PUBLIC ${arg_LINKS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${arg_LINKS})
  endif()
endfunction()

# ppn_executable(name SOURCES ... LINKS ...): lands in <build>/bin.
function(ppn_executable name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# ppn_test(name SOURCES ... LINKS ... [LABELS ...] [LOCKS ...]): one Boost.Test program, one ctest entry.
function(ppn_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LINKS;LABELS;LOCKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} ppn_test_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
    ENVIRONMENT "UBSAN_OPTIONS=print_stacktrace=1;PPN_SOURCE_DIR=${CMAKE_SOURCE_DIR};PPN_BINARY_DIR=${CMAKE_BINARY_DIR}")
  if(arg_LOCKS)
    set_tests_properties(${name} PROPERTIES RESOURCE_LOCK "${arg_LOCKS}")
  endif()
endfunction()

# ppn_fuzzer(name SOURCE LINKS ...): with PPN_FUZZ a libFuzzer program; otherwise the same entry
# point driven over the seed corpus and seeded mutations, so that gcc builds exercise it too.
function(ppn_fuzzer name)
  cmake_parse_arguments(arg "" "CORPUS" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  if(PPN_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${name}
      COMMAND ${name} -runs=$<IF:$<BOOL:$ENV{PPN_FUZZ_RUNS}>,$ENV{PPN_FUZZ_RUNS},1000000> -seed=1 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 ${CMAKE_BINARY_DIR}/fuzz/${name}.found ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${arg_CORPUS})
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz/${name}.found)
  else()
    target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/standalone_driver.cpp)
    add_test(NAME ${name} COMMAND ${name} 20000 ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${arg_CORPUS})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 1800)
endfunction()
