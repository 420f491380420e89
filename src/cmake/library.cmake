# The library: one object library, made into liblamella.so and liblamella.a. Only lamella_* is seen from outside either.
include(${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake)
if(NOT TARGET Lamella::openblas)
  message(FATAL_ERROR "Lamella needs OpenBLAS, which was not found. On Debian or Ubuntu type: sudo apt-get install libopenblas-dev")
endif()

file(GLOB lamella_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*/*.c)

add_library(lamella_objects OBJECT ${lamella_sources})
set_target_properties(lamella_objects PROPERTIES
  C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS ON
  C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON INTERPROCEDURAL_OPTIMIZATION OFF)
# Sections: a host that opens and scores probes links with --gc-sections and without OpenBLAS.
# No link-time optimisation: intermediate code would pass `objcopy` with its symbols global.
target_compile_options(lamella_objects PRIVATE -Wall -Wextra -ffp-contract=off -fno-math-errno -fno-lto
  -ffunction-sections -fdata-sections
  $<$<BOOL:${LAMELLA_WERROR}>:-Werror>)
target_include_directories(lamella_objects PUBLIC ${PROJECT_SOURCE_DIR}/include PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_link_libraries(lamella_objects PRIVATE Lamella::openblas)

# A kernel's loops begin with a cache line: else their pace differs by a fifth from build to build, as the linker puts them.
file(GLOB lamella_kernels CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/simd/*.c)
set_source_files_properties(${lamella_kernels} PROPERTIES COMPILE_OPTIONS "-falign-functions=64;-falign-loops=64")

# liblamella.so
set(lamella_map ${PROJECT_SOURCE_DIR}/src/cmake/lamella.map)
add_library(lamella SHARED $<TARGET_OBJECTS:lamella_objects>)
set_target_properties(lamella PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} LINK_DEPENDS ${lamella_map})
target_link_libraries(lamella PRIVATE Lamella::openblas Threads::Threads m)
target_link_options(lamella PRIVATE -Wl,--version-script=${lamella_map})
if(NOT LAMELLA_SANITIZE) # clang leaves a sanitizer's symbols to the program
  target_link_options(lamella PRIVATE -Wl,-z,defs)
endif()

# liblamella.a: one object whose hidden symbols are made local, else a host with a progress() of its own would not link. Unique: sections
# of statics of one name are not joined, so that --gc-sections can tell them apart.
set(lamella_one_object ${PROJECT_BINARY_DIR}/lamella.o)
add_custom_command(OUTPUT ${lamella_one_object}
  COMMAND ${CMAKE_C_COMPILER} -r -nostdlib -Wl,--unique -o ${lamella_one_object} $<TARGET_OBJECTS:lamella_objects>
  COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${lamella_one_object}
  DEPENDS lamella_objects $<TARGET_OBJECTS:lamella_objects>
  COMMENT "lamella.o" COMMAND_EXPAND_LISTS VERBATIM)
set_source_files_properties(${lamella_one_object} PROPERTIES GENERATED ON EXTERNAL_OBJECT ON)
add_library(lamella_static STATIC ${lamella_one_object})
set_target_properties(lamella_static PROPERTIES OUTPUT_NAME lamella LINKER_LANGUAGE C)
target_link_libraries(lamella_static INTERFACE Lamella::openblas Threads::Threads m)

foreach(lamella_kind lamella lamella_static)
  target_include_directories(${lamella_kind} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
endforeach()
if(NOT lamella_top_level AND NOT LAMELLA_INSTALL) # a parent builds only what it links
  set_target_properties(lamella_objects lamella lamella_static PROPERTIES EXCLUDE_FROM_ALL ON)
endif()

# A parent that asks for static libraries gets one under the plain name.
add_library(Lamella::lamella_static ALIAS lamella_static)
if(DEFINED BUILD_SHARED_LIBS AND NOT BUILD_SHARED_LIBS AND NOT lamella_top_level)
  add_library(Lamella::lamella ALIAS lamella_static)
else()
  add_library(Lamella::lamella ALIAS lamella)
endif()
