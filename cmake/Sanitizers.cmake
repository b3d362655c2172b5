# SERAI_SANITIZE=address,undefined or thread: for every target of the build.
set(SERAI_SANITIZE "" CACHE STRING "Sanitizers, comma separated")
option(SERAI_FUZZ "Build the libFuzzer targets (clang only)" OFF)

if(SERAI_SANITIZE)
  # -O1 halves the tests' time against -O0 and costs the compiler little.
  add_compile_options(-fsanitize=${SERAI_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -O1)
  add_link_options(-fsanitize=${SERAI_SANITIZE})
  if(SERAI_SANITIZE MATCHES "thread")
    # g++'s TSan does not model the fences that Asio uses.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()
if(SERAI_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# serai_beast_unit(<file>...): for the few units that instantiate Beast operations. UBSan would triple their compile time
# and looks mostly at Boost's code; AddressSanitizer stays. Call it in the folder of the target that has the files.
function(serai_beast_unit)
  if(SERAI_SANITIZE MATCHES "undefined")
    set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS -fno-sanitize=undefined)
  endif()
endfunction()
