ppn_test(placement_test
  SOURCES placement_test.cpp placement_property_test.cpp ../../sim/checkers/placement_oracle.cpp
  LINKS ppn_placement rapidcheck
  LABELS unit)
