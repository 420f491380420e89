# Threads::Threads and, where OpenBLAS is found, Lamella::openblas. Used by the build and, installed, by the package.
# OpenBLAS: LAMELLA_OPENBLAS_LIBRARY or BLAS_LIBRARIES if given, else where CMake, pkg-config or OpenBLAS's own package find it.
if(NOT TARGET Threads::Threads)
  find_package(Threads QUIET)
  if(TARGET Threads::Threads) # a parent that links the static library needs it too
    set_target_properties(Threads::Threads PROPERTIES IMPORTED_GLOBAL ON)
  endif()
endif()

if(NOT TARGET Lamella::openblas)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(LAMELLA_OPENBLAS_PC QUIET openblas)
  endif()
  find_package(OpenBLAS CONFIG QUIET)
  if(BLAS_LIBRARIES)
    set(LAMELLA_OPENBLAS_LIBRARY ${BLAS_LIBRARIES} CACHE STRING "OpenBLAS")
  endif()
  get_filename_component(lamella_openblas_folder "${OpenBLAS_LIBRARIES}" DIRECTORY)
  find_library(LAMELLA_OPENBLAS_LIBRARY openblas PATHS ${LAMELLA_OPENBLAS_PC_LIBRARY_DIRS} ${lamella_openblas_folder})
  find_path(LAMELLA_OPENBLAS_INCLUDE_DIR cblas.h PATHS ${LAMELLA_OPENBLAS_PC_INCLUDE_DIRS} ${OpenBLAS_INCLUDE_DIRS} PATH_SUFFIXES openblas)
  mark_as_advanced(LAMELLA_OPENBLAS_LIBRARY LAMELLA_OPENBLAS_INCLUDE_DIR)
  if(LAMELLA_OPENBLAS_LIBRARY AND LAMELLA_OPENBLAS_INCLUDE_DIR)
    add_library(Lamella::openblas INTERFACE IMPORTED GLOBAL)
    set_target_properties(Lamella::openblas PROPERTIES
      INTERFACE_LINK_LIBRARIES "${LAMELLA_OPENBLAS_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${LAMELLA_OPENBLAS_INCLUDE_DIR}")
  endif()
endif()
