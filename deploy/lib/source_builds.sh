# CAF from the distribution's own source package, built twice: small and static, and under
# ThreadSanitizer. Sourced by deploy/setup. The system's apt configuration is read, never changed:
# the source list, the indexes and the archive all live below build/source-builds.

caf_source_dir="$root/build/source-builds"

# Where the installed libcaf-dev comes from, as "uri suite component", by apt's own knowledge.
# No mirror is named here: a machine behind a proxy or an own mirror keeps using that.
caf_origin() {
  local version
  version=$(dpkg-query -W -f='${Version}' libcaf-dev)
  # A line reads: libcaf-dev | version | uri suite/component architecture Packages
  apt-cache madison libcaf-dev | awk -v version="$version" '
    $3 == version { at = match($6, "/[^/]*$"); print $5, substr($6, 1, at - 1), substr($6, at + 1); exit }'
}

# apt-get on the private directory, as the calling user.
private_apt() {
  apt-get -q \
    -o Dir::Etc::sourcelist="$caf_source_dir/apt/sources.list" \
    -o Dir::Etc::sourceparts="$caf_source_dir/apt/none" \
    -o Dir::State::lists="$caf_source_dir/apt/lists" \
    -o Dir::Cache="$caf_source_dir/apt/cache" \
    -o APT::Sandbox::User="$(id -un)" \
    -o APT::Update::Error-Mode=any "${apt_patience[@]}" "$@"
}

fetch_caf_source() {
  local uri suite component package version signed=""
  [[ -d "$caf_source_dir/caf" ]] && return 0
  read -r uri suite component <<<"$(caf_origin)" || true
  [[ -n "${component:-}" ]] ||
    fail $exit_source "apt does not know where the installed libcaf-dev came from: apt-get update, upgrade it"
  package=$(dpkg-query -W -f='${source:Package}' libcaf-dev)
  version=$(dpkg-query -W -f='${source:Version}' libcaf-dev)
  local keyring="/usr/share/keyrings/$system_id-archive-keyring.gpg"
  [[ -f "$keyring" ]] && signed="[signed-by=$keyring] "

  say "fetching the source package $package $version"
  rm -rf "$caf_source_dir"
  mkdir -p "$caf_source_dir"/{apt/{none,lists/partial,cache/archives/partial},archive,unpacked}
  echo "deb-src $signed$uri $suite $component" >"$caf_source_dir/apt/sources.list"
  private_apt update >"$log" 2>&1 || fail_apt "cannot read the index of source packages"
  # The upstream archive alone, whose hash apt checks against the signed index. Without the distribution's
  # patches no dpkg-dev is needed; what the compiler wants, two -include flags below do.
  (cd "$caf_source_dir/archive" && private_apt source --download-only --tar-only "$package=$version") \
    >"$log" 2>&1 || fail_apt "cannot fetch the source package $package"
  tar -xf "$caf_source_dir"/archive/*.orig.tar.* -C "$caf_source_dir/unpacked" --strip-components=1 ||
    fail $exit_source "the source archive of $package does not unpack"
  mv "$caf_source_dir/unpacked" "$caf_source_dir/caf"
}

# build_caf NAME FLAGS CMAKE-OPTION...: build/caf-NAME gets {include,lib}, whole or not at all.
build_caf() {
  local name=$1 flags=$2 target="$root/build/caf-$1" work="$caf_source_dir/build-$1" started=$SECONDS
  shift 2
  if [[ -d "$target/lib" && -d "$target/include" ]]; then
    say "build/caf-$name is present"
    return 0
  fi
  fetch_caf_source
  say "building build/caf-$name (core and io)"
  rm -rf "$work" "$target" "$target.partial"
  {
    # This CAF predates the compilers whose headers no longer bring <limits> and <cstdint> along.
    cmake -S "$caf_source_dir/caf" -B "$work" -G Ninja -DCMAKE_CXX_COMPILER=g++ \
      -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
      -DCMAKE_CXX_FLAGS="-std=c++11 -include limits -include cstdint $flags" \
      -DCMAKE_INSTALL_PREFIX="$target.partial" -DCMAKE_INSTALL_LIBDIR=lib \
      -DCAF_NO_EXAMPLES=ON -DCAF_NO_UNIT_TESTS=ON -DCAF_NO_TOOLS=ON -DCAF_NO_OPENSSL=ON \
      -DCAF_NO_OPENCL=ON -DCAF_NO_PYTHON=ON -DCAF_NO_SUMMARY=ON "$@" &&
      ninja -C "$work" ${PPN_JOBS:+-j "$PPN_JOBS"} && cmake --install "$work"
  } >"$caf_source_dir/build-$name.log" 2>&1 ||
    fail $exit_source "CAF does not build: see build/source-builds/build-$name.log"
  mv "$target.partial" "$target"
  rm -rf "$work"
  say "build/caf-$name is ready ($((SECONDS - started)) s)"
}

source_builds() {
  build_caf static "-ffunction-sections -fdata-sections" \
    -DCMAKE_BUILD_TYPE=MinSizeRel -DCAF_BUILD_STATIC_ONLY=ON
  build_caf tsan "-fsanitize=thread -fno-omit-frame-pointer" \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -g1"
}
