# SPDX-License-Identifier: Apache-2.0
# How Privet's own targets are made: one static library for each layer, one test program for each layer.

add_library(privet_warnings INTERFACE)
target_compile_options(privet_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<BOOL:${PRIVET_WARNINGS_AS_ERRORS}>:-Werror>)

# Public headers, for every layer.
add_library(privet_headers INTERFACE)
target_include_directories(privet_headers INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
target_link_libraries(privet_headers INTERFACE
  absl::status absl::statusor absl::strings absl::time absl::span)

# privet_layer(NAME SOURCES a.cc … LINK privet_base …)
# A layer is src/NAME; it sees the private headers of src/ and links lower layers only (scripts/check_layers.py).
function(privet_layer name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(privet_${name} STATIC ${arg_SOURCES})
  target_include_directories(privet_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(privet_${name}
    PUBLIC privet_headers ${arg_LINK}
    PRIVATE privet_warnings ${arg_PRIVATE_LINK})
  set_target_properties(privet_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()

# privet_test(NAME SOURCES a_test.cc … LINK privet_policy …)
# One program for each folder of tests; ctest runs it as one test.
function(privet_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK;ARGS" ${ARGN})
  add_executable(${name}_test ${arg_SOURCES} $<TARGET_OBJECTS:privet_catch_main>)
  target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name}_test PRIVATE ${arg_LINK} privet_catch privet_warnings)
  add_test(NAME ${name} COMMAND ${name}_test ${arg_ARGS}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()
