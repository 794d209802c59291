# CAF 0.17 as Debian packages it: libraries and headers, no CMake configuration.
# Defines CAF::core and CAF::io. With PPN_CAF_ROOT, the build made by deploy/setup --with-source-builds.
if(PPN_CAF_ROOT AND (PPN_STATIC OR PPN_THREAD_SANITIZE))
  set(caf_find_hints HINTS "${PPN_CAF_ROOT}" NO_DEFAULT_PATH)
endif()

find_path(CAF_INCLUDE_DIR caf/all.hpp PATH_SUFFIXES include ${caf_find_hints})
set(caf_required CAF_INCLUDE_DIR)
foreach(component IN LISTS CAF_FIND_COMPONENTS)
  if(PPN_STATIC)
    find_library(CAF_${component}_LIBRARY caf_${component}_static PATH_SUFFIXES lib ${caf_find_hints})
  else()
    find_library(CAF_${component}_LIBRARY caf_${component} PATH_SUFFIXES lib ${caf_find_hints})
  endif()
  list(APPEND caf_required CAF_${component}_LIBRARY)
endforeach()

if(CAF_INCLUDE_DIR)
  file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" caf_version_line REGEX "#define CAF_VERSION [0-9]+")
  string(REGEX REPLACE ".*CAF_VERSION ([0-9]+).*" "\\1" caf_version_number "${caf_version_line}")
  math(EXPR caf_major "${caf_version_number} / 10000")
  math(EXPR caf_minor "(${caf_version_number} / 100) % 100")
  math(EXPR caf_patch "${caf_version_number} % 100")
  set(CAF_VERSION "${caf_major}.${caf_minor}.${caf_patch}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CAF REQUIRED_VARS ${caf_required} VERSION_VAR CAF_VERSION)

if(CAF_FOUND)
  find_package(Threads REQUIRED)
  foreach(component IN LISTS CAF_FIND_COMPONENTS)
    if(NOT TARGET CAF::${component})
      add_library(CAF::${component} UNKNOWN IMPORTED)
      set_target_properties(CAF::${component} PROPERTIES
        IMPORTED_LOCATION "${CAF_${component}_LIBRARY}"
        # SYSTEM: CAF's headers are not clean under our warnings.
        INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}"
        INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}"
        # A forgotten type id or inspect must not pass silently.
        INTERFACE_COMPILE_DEFINITIONS CAF_ENABLE_TYPE_ID_CHECKS
        INTERFACE_LINK_LIBRARIES Threads::Threads)
    endif()
  endforeach()
  if(TARGET CAF::io)
    set_property(TARGET CAF::io APPEND PROPERTY INTERFACE_LINK_LIBRARIES CAF::core)
  endif()
endif()
