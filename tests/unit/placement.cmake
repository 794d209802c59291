ppn_test(placement_test
  SOURCES placement_test.cpp placement_property_test.cpp ../../sim/checkers/placement_oracle.cpp
  LINKS ppn_placement rapidcheck
  LABELS unit)
ppn_test(guest_file_test
  SOURCES guest_file_test.cpp placement_state_test.cpp
  LINKS ppn_guest
  LABELS unit)
