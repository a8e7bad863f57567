# SPDX-License-Identifier: Apache-2.0
# The libraries that a host links, made of the objects of Privet's layers.

# privet_package_library(NAME OBJECTS_OF privet_base … LINK privet::privet …)
# Makes the static library privet::NAME, file libprivet_NAME.a (libprivet.a for `privet` itself). It links what
# the layers link outside Privet, and shows hosts the public headers and the generated code of privet/v1.
function(privet_package_library name)
  cmake_parse_arguments(arg "" "" "OBJECTS_OF;LINK" ${ARGN})
  set(target privet_package_${name})
  set(file privet_${name})
  if(name STREQUAL privet)
    set(file privet)
  endif()

  set(objects)
  set(links)
  foreach(layer IN LISTS arg_OBJECTS_OF)
    if(NOT TARGET ${layer})
      message(STATUS "privet::${name}: no layer ${layer} yet")
      continue()
    endif()
    list(APPEND objects $<TARGET_OBJECTS:${layer}>)
    get_target_property(layer_links ${layer} LINK_LIBRARIES)
    list(APPEND links ${layer_links})
  endforeach()
  if(NOT objects)
    return()
  endif()
  list(REMOVE_DUPLICATES links)
  list(FILTER links EXCLUDE REGEX "^(privet_|privet::|::@)")

  add_library(${target} STATIC ${objects})
  add_library(privet::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${file} EXPORT_NAME ${name} LINKER_LANGUAGE CXX
    ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
  target_compile_features(${target} INTERFACE cxx_std_17)
  target_include_directories(${target} INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_include_directories(${target} SYSTEM INTERFACE
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/proto/privet_proto_gen>)
  # The first are those that public headers include.
  target_link_libraries(${target}
    PUBLIC absl::status absl::statusor absl::strings absl::time absl::span protobuf::libprotobuf ${arg_LINK}
    PRIVATE ${links})
  # Hosts may include generated headers before anything of ours is built.
  add_dependencies(${target} privet_proto)

  set_property(GLOBAL APPEND PROPERTY PRIVET_PACKAGE_LIBRARIES ${target})
  set_property(GLOBAL PROPERTY PRIVET_PACKAGE_LINKS_${target} ${links} ${arg_LINK})
endfunction()
