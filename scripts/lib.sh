# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts share; sourced, from the root of the repository.

PRIVET_JOBS=${PRIVET_JOBS:-$(nproc)}

# What each use of the repository needs from Debian.
PRIVET_BUILD_PACKAGES=(g++ cmake ninja-build pkgconf protobuf-compiler libprotobuf-dev libabsl-dev libsodium-dev
  libsqlite3-dev libcli11-dev nlohmann-json3-dev python3)
PRIVET_TEST_PACKAGES=(catch2 make libprotoc-dev)
PRIVET_MUTATE_PACKAGES=(patch)
PRIVET_LINT_PACKAGES=(clang clang-format clang-tidy libclang-rt-dev ccache)

# as_root COMMAND...: runs it as root, or by sudo.
as_root() {
  if ((!EUID)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "neither root nor sudo for: $*" >&2
    return 1
  fi
}

# apt_install ARG...: quiet unless it fails.
apt_install() {
  local log status=0
  log=$(mktemp)
  { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1 || status=$?
  ((status)) && cat "$log" >&2
  rm -f "$log"
  return "$status"
}

# need PACKAGE...: installs what is missing; asks nobody anything when all is there.
need() {
  command -v dpkg-query >/dev/null || return 0 # not Debian: CMake names what it does not find
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  if ((${#missing[@]})); then
    echo "installing: ${missing[*]}"
    apt_install "${missing[@]}"
  fi
  match_abseil
}

# Debian gives all releases of Abseil one namespace, so that a libprotobuf that was built with another release than
# that of the headers links without a word, and corrupts memory. Takes the headers that libprotobuf was built with.
match_abseil() {
  local dir=/usr/lib/$(gcc -print-multiarch 2>/dev/null) linked headers version
  [[ -e $dir/libprotobuf.so && -e $dir/libabsl_base.so ]] || return 0
  linked=$(readelf -d "$dir/libprotobuf.so" | sed -n 's/.*libabsl_[a-z_0-9]*\.so\.\([0-9]*\).*/\1/p' | head -n 1)
  headers=$(readlink "$dir/libabsl_base.so" | sed 's/.*\.so\.\([0-9]*\).*/\1/')
  [[ -n $linked && $linked != "$headers" ]] || return 0
  version=$(apt-cache madison libabsl-dev | awk '{print $3}' | grep -m 1 "^$linked\." || true)
  echo "libprotobuf was built with Abseil $linked, and the headers here are of $headers: the two corrupt memory in one program"
  [[ -n $version ]] || { echo "found no libabsl-dev $linked; install one that matches" >&2; return 1; }
  echo "installing: libabsl-dev=$version"
  apt_install --allow-downgrades "libabsl-dev=$version"
}

# say TEXT...: a headline.
say() { printf '\n== %s\n' "$*"; }

# use_tools: looks at what is installed; after need().
use_tools() {
  PRIVET_CMAKE_ARGS=()
  if command -v ccache >/dev/null; then
    PRIVET_CMAKE_ARGS+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
    export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$PWD} CCACHE_NOHASHDIR=1
  fi
  # A warning that a later compiler invents is no reason that a user's build fails.
  if [[ $(c++ -dumpversion 2>/dev/null) != 12* ]]; then
    PRIVET_CMAKE_ARGS+=(-DPRIVET_WARNINGS_AS_ERRORS=OFF)
  fi
}

# configure PRESET [CMAKE_ARG...]: makes build/PRESET ready; prints only what goes wrong.
configure() {
  local log status=0
  log=$(mktemp)
  cmake --preset "$1" "${PRIVET_CMAKE_ARGS[@]}" "${@:2}" >"$log" 2>&1 || status=$?
  ((status)) && cat "$log" >&2
  rm -f "$log"
  return "$status"
}

# build PRESET [TARGET...]: quietly on a pipe, with ninja's own line on a terminal.
build() {
  local preset=$1 log status=0
  shift
  local command=(ninja -C "build/$preset" -j "$PRIVET_JOBS" "$@")
  if [[ -t 1 ]]; then
    "${command[@]}"
    return
  fi
  log=$(mktemp)
  "${command[@]}" >"$log" 2>&1 || status=$?
  if ((status)); then grep -v '^\[' "$log" | head -n 200 >&2; fi
  tail -n 1 "$log" | sed "s/^/build\/$preset: /"
  rm -f "$log"
  return "$status"
}
