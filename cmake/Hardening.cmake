# Release builds that officials run: every cheap defence the tool chain has.
option(SERAI_HARDEN "Hardened build" OFF)
if(SERAI_HARDEN)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  add_compile_options(-D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  add_link_options(-pie -Wl,-z,relro,-z,noexecstack)
endif()
