ppn_test(contract_stream_tcp
  SOURCES tcp_stream_test.cpp
  LINKS ppn_tcp_stream
  LABELS contract
  LOCKS ports)
