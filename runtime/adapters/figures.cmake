# What monitoring reads: the core of prometheus-cpp only, for registry and text; our own actor serves it.
find_package(prometheus-cpp CONFIG REQUIRED)
ppn_library(ppn_figures
  SOURCES prometheus_areas.cpp prometheus_figures.cpp
  LINKS ppn_ports ppn_messages prometheus-cpp::core)
