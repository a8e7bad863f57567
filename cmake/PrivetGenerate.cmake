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

# privet_generate(TARGET POLICY [OUTPUT name.h] [NAMESPACE ns])
# Makes a header of constants from a policy, TARGET_policy.h unless OUTPUT says another name, and lets TARGET include it
# by that name: a purpose that the policy does not declare does not compile. A policy with errors stops the build, with
# all of them.
function(privet_generate target policy)
  cmake_parse_arguments(arg "" "OUTPUT;NAMESPACE" "" ${ARGN})
  if(NOT arg_OUTPUT)
    set(arg_OUTPUT ${target}_policy.h)
  endif()
  # In our own tree the command is built; an installed package brings it.
  if(TARGET privet_command)
    set(command privet_command)
  elseif(TARGET privet::command)
    set(command privet::command)
  else()
    message(FATAL_ERROR "privet_generate(${target} ${policy}) needs the privet command; set PRIVET_BUILD_CLI=ON")
  endif()
  get_filename_component(source ${policy} ABSOLUTE)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${target}_policy)
  file(MAKE_DIRECTORY ${out})
  set(arguments generate ${source} --output ${out}/${arg_OUTPUT})
  if(arg_NAMESPACE)
    list(APPEND arguments --namespace ${arg_NAMESPACE})
  endif()
  add_custom_command(
    OUTPUT ${out}/${arg_OUTPUT}
    COMMAND ${command} ${arguments}
    DEPENDS ${source} ${command}
    COMMENT "Making ${arg_OUTPUT} from ${policy}"
    VERBATIM)
  target_sources(${target} PRIVATE ${out}/${arg_OUTPUT})
  target_include_directories(${target} PRIVATE ${out})
endfunction()
