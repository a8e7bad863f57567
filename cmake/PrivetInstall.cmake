# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where: headers, generated code of privet/v1, its protos, libraries, the command,
# the CMake package and the pkg-config files.
include(CMakePackageConfigHelpers)

set(PRIVET_INSTALL_CMAKEDIR ${CMAKE_INSTALL_LIBDIR}/cmake/privet)
set(PRIVET_INSTALL_PROTODIR ${CMAKE_INSTALL_DATADIR}/privet/proto)

get_property(package_libraries GLOBAL PROPERTY PRIVET_PACKAGE_LIBRARIES)
install(TARGETS ${package_libraries} EXPORT privet-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET privet_command)
  install(TARGETS privet_command EXPORT privet-targets RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(EXPORT privet-targets NAMESPACE privet:: DESTINATION ${PRIVET_INSTALL_CMAKEDIR})

# A header comes with the library that defines what it declares.
set(left_out)
if(NOT TARGET privet_package_sqlite)
  list(APPEND left_out PATTERN "local.h" EXCLUDE PATTERN "sqlite.h" EXCLUDE)
endif()
if(NOT TARGET privet_package_testing)
  list(APPEND left_out PATTERN "testing" EXCLUDE PATTERN "testing.h" EXCLUDE)
endif()
install(DIRECTORY include/privet DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" ${left_out})
install(DIRECTORY ${PROJECT_BINARY_DIR}/proto/privet_proto_gen/privet
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.pb.h")
install(DIRECTORY proto/privet DESTINATION ${PRIVET_INSTALL_PROTODIR} FILES_MATCHING PATTERN "*.proto")

configure_package_config_file(cmake/privet-config.cmake.in ${PROJECT_BINARY_DIR}/privet-config.cmake
  INSTALL_DESTINATION ${PRIVET_INSTALL_CMAKEDIR} PATH_VARS PRIVET_INSTALL_PROTODIR)
# Before 1.0 a minor version may break sources, as semver has it.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/privet-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/privet-config.cmake
  ${PROJECT_BINARY_DIR}/privet-config-version.cmake
  cmake/PrivetDependencies.cmake
  cmake/PrivetGenerate.cmake
  DESTINATION ${PRIVET_INSTALL_CMAKEDIR})

# Relative, so that an installed tree can be moved.
file(RELATIVE_PATH PC_UP /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)

# One privet*.pc for each library. Privet is a static library, so what it links is required, not private.
foreach(target IN LISTS package_libraries)
  get_target_property(PC_NAME ${target} OUTPUT_NAME)
  get_property(links GLOBAL PROPERTY PRIVET_PACKAGE_LINKS_${target})
  list(APPEND links absl::status absl::statusor absl::strings absl::time absl::span protobuf::libprotobuf)
  set(PC_REQUIRES)
  foreach(link IN LISTS links)
    if(link STREQUAL "privet::privet")
      list(APPEND PC_REQUIRES "privet = ${PROJECT_VERSION}")
    elseif(link STREQUAL "PkgConfig::sodium")
      list(APPEND PC_REQUIRES libsodium)
    elseif(link STREQUAL "protobuf::libprotobuf")
      list(APPEND PC_REQUIRES protobuf)
    elseif(link STREQUAL "SQLite::SQLite3")
      list(APPEND PC_REQUIRES sqlite3)
    elseif(link MATCHES "^absl::(.*)$")
      list(APPEND PC_REQUIRES absl_${CMAKE_MATCH_1})
    elseif(NOT link STREQUAL "Threads::Threads")
      message(FATAL_ERROR "${target} links `${link}`, for which privet.pc has no name; add it to cmake/PrivetInstall.cmake")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES PC_REQUIRES)
  list(SORT PC_REQUIRES)
  list(JOIN PC_REQUIRES ", " PC_REQUIRES)
  configure_file(cmake/privet.pc.in ${PROJECT_BINARY_DIR}/${PC_NAME}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${PC_NAME}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
