# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts share; sourced, from the root of the repository.

PRIVET_JOBS=${PRIVET_JOBS:-$(nproc)}

# What each use of the repository needs from Debian.
PRIVET_BUILD_PACKAGES=(g++ cmake ninja-build pkgconf protobuf-compiler libprotobuf-dev libabsl-dev libsodium-dev
  libsqlite3-dev python3)
PRIVET_TEST_PACKAGES=(catch2 make)
PRIVET_LINT_PACKAGES=(clang clang-format clang-tidy ccache)

# need PACKAGE...: installs what is missing, as root or by sudo; asks nobody anything when all is there.
need() {
  command -v dpkg-query >/dev/null || return 0 # not Debian: CMake names what it does not find
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  echo "installing: ${missing[*]}"
  local as_root=()
  if ((EUID)); then
    command -v sudo >/dev/null || { echo "neither root nor sudo; install by hand: ${missing[*]}" >&2; return 1; }
    as_root=(sudo)
  fi
  local log
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
    >"$log" 2>&1; then
    cat "$log" >&2
    return 1
  fi
  rm -f "$log"
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
