# The library: one object library, made into liblamella.so and liblamella.a.
find_package(Threads REQUIRED)
include(${CMAKE_CURRENT_LIST_DIR}/openblas.cmake)

file(GLOB lamella_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*/*.c)

add_library(lamella_objects OBJECT ${lamella_sources})
set_target_properties(lamella_objects PROPERTIES
  C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS ON
  C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON)
target_compile_options(lamella_objects PRIVATE -Wall -Wextra -ffp-contract=off -fno-math-errno)
target_include_directories(lamella_objects PUBLIC ${PROJECT_SOURCE_DIR}/include PRIVATE ${PROJECT_SOURCE_DIR}/src)

add_library(lamella SHARED $<TARGET_OBJECTS:lamella_objects>)
target_link_libraries(lamella PRIVATE ${LAMELLA_BLAS_LIBRARIES} Threads::Threads m)
target_include_directories(lamella PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
