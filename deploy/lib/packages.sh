# The packages this project needs, one list per supported system. Sourced by deploy/setup.
# Add a package here and nowhere else; every name is one that apt knows on that system.

packages_build=(
  g++ cmake ninja-build ccache pkg-config
  clang-14 clang-tidy-14 clang-format-14 libclang-rt-14-dev lld-14
)

packages_libraries=(
  libcaf-dev              # actors, sockets
  libsodium-dev           # signatures, hashes, key exchange
  capnproto libcapnp-dev  # what crosses nodes
  librocksdb-dev          # the ledger on disk
  libvirt-dev             # only in the helper ppn-vmm
  libboost-dev libboost-test-dev
  libcli11-dev libtomlplusplus-dev libfmt-dev nlohmann-json3-dev libexpected-dev
  prometheus-cpp-dev
  libbenchmark-dev librapidcheck-dev
  libqrencode-dev         # codes on the screen, to be read by a camera
  libsqlite3-dev          # what the ledger's benchmark is compared with
)

packages_tools=(
  wireguard-go wireguard-tools iproute2 # the tunnel
  jq tmux procps python3 python3-jsonschema # scripts and tests
  zsh fish                              # the tests of their completion
  prometheus curl                       # the test of monitoring
  chromium                              # the page of a simulated run is looked at
)

# packages_for SYSTEM: prints the names for "debian 12" or "ubuntu 24.04", one per line.
packages_for() {
  local names=("${packages_build[@]}" "${packages_libraries[@]}" "${packages_tools[@]}")
  case "$1" in
    "debian 12") ;;
    # Not tested on a real Ubuntu 24.04: the names are the same there (most live in its "universe"
    # part, which is on by default). clang 14 has not been tried against that system's libstdc++ 13.
    "ubuntu 24.04") ;;
    *) return 1 ;;
  esac
  printf '%s\n' "${names[@]}"
}
