# Libraries, headers, the CMake package and the pkg-config file; all of it can be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(lamella_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Lamella)

# Two sets: who links liblamella.so needs no OpenBLAS to build.
install(TARGETS lamella EXPORT LamellaTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS lamella_static EXPORT LamellaStaticTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT LamellaTargets NAMESPACE Lamella:: DESTINATION ${lamella_package_dir})
install(EXPORT LamellaStaticTargets NAMESPACE Lamella:: DESTINATION ${lamella_package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/LamellaConfig.cmake.in ${PROJECT_BINARY_DIR}/LamellaConfig.cmake
  INSTALL_DESTINATION ${lamella_package_dir} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/LamellaConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/LamellaConfig.cmake ${PROJECT_BINARY_DIR}/LamellaConfigVersion.cmake
  ${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake DESTINATION ${lamella_package_dir})

# The prefix is where the file lies, up to the root of the installation.
file(RELATIVE_PATH lamella_pc_up ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH lamella_pc_libdir ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH lamella_pc_includedir ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
if(LAMELLA_OPENBLAS_PC_FOUND)
  set(lamella_pc_requires openblas)
else()
  set(lamella_pc_libs -lopenblas)
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/lamella.pc.in ${PROJECT_BINARY_DIR}/lamella.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/lamella.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
