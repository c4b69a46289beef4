# `cmake --install`: headers under include/seedbed (rooted includes work there as they do here), the
# libraries, and a package for find_package(seedbed).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(libraries GLOBAL PROPERTY SEEDBED_LIBRARIES)
install(TARGETS ${libraries} EXPORT seedbed ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET seedbed)
  install(TARGETS seedbed RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

set(include_root ${CMAKE_INSTALL_INCLUDEDIR}/seedbed)
install(DIRECTORY sim protocols DESTINATION ${include_root}
  FILES_MATCHING PATTERN "*.h" PATTERN "*.proto")
foreach(folder sim protocols)
  install(DIRECTORY ${PROJECT_BINARY_DIR}/${folder} DESTINATION ${include_root}
    FILES_MATCHING PATTERN "*.pb.h" PATTERN "CMakeFiles" EXCLUDE)
endforeach()
install(DIRECTORY scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/seedbed OPTIONAL
  FILES_MATCHING PATTERN "*.textproto")

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/seedbed)
install(EXPORT seedbed NAMESPACE seedbed:: FILE seedbedTargets.cmake DESTINATION ${package})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/seedbedConfig.cmake.in
  ${PROJECT_BINARY_DIR}/seedbedConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/seedbedConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/seedbedConfig.cmake
  ${PROJECT_BINARY_DIR}/seedbedConfigVersion.cmake DESTINATION ${package})
