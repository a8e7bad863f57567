# SPDX-License-Identifier: Apache-2.0
# Code that is made from protos and policies, in a host's build as in ours.

# privet_proto_library(TARGET PROTOS a.proto … [ROOT dir] [IMPORTS dir …])
# Compiles .proto files, which may import privet/v1/annotations.proto, into a static library.
function(privet_proto_library target)
  cmake_parse_arguments(arg "" "ROOT" "PROTOS;IMPORTS;LINK" ${ARGN})
  if(NOT arg_ROOT)
    set(arg_ROOT ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  get_filename_component(root ${arg_ROOT} ABSOLUTE)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${target}_gen)
  file(MAKE_DIRECTORY ${out})
  set(imports -I${root})
  foreach(import IN LISTS arg_IMPORTS PRIVET_PROTO_DIR)
    list(APPEND imports -I${import})
  endforeach()
  foreach(dir IN LISTS Protobuf_INCLUDE_DIRS)
    list(APPEND imports -I${dir})
  endforeach()
  set(generated)
  foreach(proto IN LISTS arg_PROTOS)
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(cc ${out}/${stem}.pb.cc)
    add_custom_command(
      OUTPUT ${cc} ${out}/${stem}.pb.h
      COMMAND protobuf::protoc ${imports} --cpp_out=${out} ${root}/${proto}
      DEPENDS ${root}/${proto} protobuf::protoc
      VERBATIM)
    list(APPEND generated ${cc})
  endforeach()
  add_library(${target} STATIC ${generated})
  target_include_directories(${target} SYSTEM PUBLIC $<BUILD_INTERFACE:${out}>)
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf ${arg_LINK})
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()
