# SPDX-License-Identifier: Apache-2.0
# Finds what Privet links: for its own build, and again for a host that finds the installed package.

if(CMAKE_FIND_PACKAGE_NAME STREQUAL "privet")
  include(CMakeFindDependencyMacro)
else()
  # A host that adds Privet as a subdirectory links these too, and runs protoc.
  set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
endif()
macro(privet_find_package)
  if(CMAKE_FIND_PACKAGE_NAME STREQUAL "privet")
    find_dependency(${ARGV})
  else()
    find_package(${ARGV} REQUIRED)
  endif()
endmacro()

privet_find_package(Threads)

# A newer protobuf ships a CMake package, which also brings the Abseil that it was built with; Debian's 3.21
# does not, and CMake's own module knows it.
find_package(Protobuf CONFIG QUIET)
if(NOT TARGET protobuf::libprotobuf)
  privet_find_package(Protobuf MODULE)
endif()
privet_find_package(absl CONFIG)

privet_find_package(PkgConfig)
if(NOT TARGET PkgConfig::sodium)
  pkg_check_modules(sodium REQUIRED IMPORTED_TARGET GLOBAL libsodium>=1.0.18)
endif()
if(PRIVET_BUILD_SQLITE)
  privet_find_package(SQLite3)
endif()
