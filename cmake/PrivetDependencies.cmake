# SPDX-License-Identifier: Apache-2.0
# Finds what Privet links. Also read by the installed package's config file.
find_package(Threads REQUIRED)

# A newer protobuf ships a CMake package, which also brings the Abseil that it was built with; Debian's 3.21
# does not, and CMake's own module knows it.
find_package(Protobuf CONFIG QUIET)
if(NOT TARGET protobuf::libprotobuf)
  find_package(Protobuf MODULE REQUIRED)
endif()
find_package(absl CONFIG REQUIRED)

find_package(PkgConfig REQUIRED)
if(NOT TARGET PkgConfig::sodium)
  pkg_check_modules(sodium REQUIRED IMPORTED_TARGET GLOBAL libsodium>=1.0.18)
endif()
if(PRIVET_BUILD_SQLITE)
  find_package(SQLite3 REQUIRED)
endif()
