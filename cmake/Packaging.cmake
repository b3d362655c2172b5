# What an installation consists of: two programs, a systemd unit, the example configuration. `cpack --config
# build/release/CPackConfig.cmake` makes a Debian package of it. Headers and libraries are nobody else's business.
if(NOT TARGET serai-server OR NOT TARGET serai)
  return()
endif()
include(GNUInstallDirs)
install(TARGETS serai-server serai RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(FILES "${CMAKE_SOURCE_DIR}/server/serai-server.example.toml" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
configure_file("${CMAKE_SOURCE_DIR}/cmake/serai-server.service.in" "${CMAKE_BINARY_DIR}/serai-server.service" @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/serai-server.service" DESTINATION lib/systemd/system)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "the secretariat of the network that runs it")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
