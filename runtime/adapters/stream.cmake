# The stream port over real sockets; apart, because only this adapter needs CAF's I/O module.
ppn_library(ppn_tcp_stream
  SOURCES
    socket_address.cpp
    socket_calls.cpp
    socket_poller.cpp
    tcp_stream.cpp
    tcp_stream_broker.cpp
    tcp_stream_table.cpp
  LINKS ppn_ports CAF::io)
