# SERAI_SANITIZE=address,undefined or thread: for every target of the build.
set(SERAI_SANITIZE "" CACHE STRING "Sanitizers, comma separated")
option(SERAI_FUZZ "Build the libFuzzer targets (clang only)" OFF)

if(SERAI_SANITIZE)
  add_compile_options(-fsanitize=${SERAI_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SERAI_SANITIZE})
  if(SERAI_SANITIZE MATCHES "thread")
    # g++'s TSan does not model the fences that Asio uses.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()
if(SERAI_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
