ppn_test(publish_actor_test
  SOURCES node_fixture.cpp http_test.cpp views_test.cpp
  LINKS ppn_sim_lib
  LABELS actor)
