# Sets LAMELLA_BLAS_LIBRARIES.
find_library(LAMELLA_OPENBLAS_LIBRARY openblas)
if(NOT LAMELLA_OPENBLAS_LIBRARY)
  message(FATAL_ERROR "Lamella needs OpenBLAS, which was not found. On Debian or Ubuntu type: sudo apt-get install libopenblas-dev")
endif()
set(LAMELLA_BLAS_LIBRARIES ${LAMELLA_OPENBLAS_LIBRARY})
