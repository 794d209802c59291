# Every switch of the build and every external package, in one place.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

option(PPN_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(PPN_THREAD_SANITIZE "Build with ThreadSanitizer (needs PPN_CAF_ROOT built the same way)" OFF)
option(PPN_FUZZ "Build the libFuzzer targets (clang only)" OFF)
option(PPN_PLANTED "Compile in the planted bugs that the simulator has to find" OFF)
option(PPN_STATIC "Link CAF statically from PPN_CAF_ROOT" OFF)
option(PPN_TIDY "Run clang-tidy along with the compiler" OFF)
option(PPN_TESTS "Build tests, tools for tests and benchmarks" ON)
set(PPN_CAF_ROOT "" CACHE PATH "Where deploy/setup --with-source-builds put CAF (static and TSan presets)")

if((PPN_STATIC OR PPN_THREAD_SANITIZE) AND NOT EXISTS "${PPN_CAF_ROOT}/lib")
  message(FATAL_ERROR
    "this preset needs CAF built from source at '${PPN_CAF_ROOT}': run ./deploy/setup --with-source-builds first")
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_compile_options(-Wall -Wextra -Werror -Wno-unused-parameter -fno-omit-frame-pointer
  # Paths in assertions must not depend on where the tree was checked out.
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # gcc 12 sees uninitialised members inside std::variant where there are none.
  add_compile_options(-Wno-maybe-uninitialized)
endif()
include_directories(${CMAKE_SOURCE_DIR})

if(PPN_SANITIZE)
  # CAF's init_fun_factory calls a member through a null reference that it never reads.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=null,vptr -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
endif()
if(PPN_THREAD_SANITIZE)
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
endif()
if(PPN_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "the fuzz preset needs clang: libFuzzer is part of it")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(PPN_SANITIZE)
  add_compile_definitions(PPN_EXPENSIVE_CHECKS=1)
endif()
if(PPN_PLANTED)
  add_compile_definitions(PPN_PLANTED=1)
endif()
if(PPN_TIDY)
  set(CMAKE_CXX_CLANG_TIDY clang-tidy-14 --quiet)
endif()

find_package(CAF REQUIRED COMPONENTS core io)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
find_package(CapnProto REQUIRED) # its own checks need the C language enabled
find_package(tl-expected REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Boost 1.74 REQUIRED)
