# serai_test(NAME <name> LABELS <unit|vector|system|crash|slow>... SOURCES <file>... LIBRARIES <target>...
#            [TIMEOUT <seconds>] [SERIAL])
# One GoogleTest program, each of whose tests is a test of CTest. SERIAL: its tests run while no other test does. Leave
# TIMEOUT out unless the test is the odd one: then test.sh and soak.sh choose the limit. Tests labelled "crash" read
# SERAI_CRASH_RUNS, the number of times that they kill or power-fail their victim at random (scripts/soak.sh raises it).
include(GoogleTest)

# One precompiled header for all test programs: GoogleTest and Result cost a second of every test file.
function(serai_test_header)
  if(TARGET serai_test_header)
    return()
  endif()
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/serai_test_header.cpp" CONTENT "")
  add_library(serai_test_header STATIC "${CMAKE_BINARY_DIR}/serai_test_header.cpp")
  target_link_libraries(serai_test_header PUBLIC serai_options Boost::headers GTest::gtest GTest::gmock)
  target_precompile_headers(serai_test_header PRIVATE <gtest/gtest.h> <boost/system/result.hpp>)
  if(SERAI_PCH)
    target_precompile_headers(serai_test_header PRIVATE ${SERAI_COMMON_HEADERS})
  endif()
  # Tests are compiled more often than they run.
  target_compile_options(serai_test_header PUBLIC $<$<CONFIG:RelWithDebInfo>:-O1>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(serai_test_header PUBLIC -fpch-preprocess)  # ccache needs it
  endif()
endfunction()

function(serai_test)
  cmake_parse_arguments(ARG "SERIAL" "NAME;TIMEOUT" "LABELS;SOURCES;LIBRARIES" ${ARGN})
  serai_test_header()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LIBRARIES} serai_test_header GTest::gtest_main)
  target_precompile_headers(${ARG_NAME} REUSE_FROM serai_test_header)
  if(SERAI_PCH)
    # See UnityBuild.cmake. g++ takes an unnamed namespace for a mistake in any file but the main one.
    set_target_properties(${ARG_NAME} PROPERTIES UNITY_BUILD ON)
    target_compile_options(${ARG_NAME} PRIVATE -Wno-subobject-linkage)
  endif()
  target_compile_definitions(${ARG_NAME} PRIVATE SERAI_TEST_VECTORS="${CMAKE_SOURCE_DIR}/tests/vectors")
  set(properties "")
  if(ARG_TIMEOUT)
    list(APPEND properties TIMEOUT ${ARG_TIMEOUT})
  endif()
  if(ARG_SERIAL)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  if(SERAI_SANITIZE MATCHES "undefined")
    list(APPEND properties ENVIRONMENT "UBSAN_OPTIONS=print_stacktrace=1")
  elseif(SERAI_SANITIZE MATCHES "thread")
    list(APPEND properties ENVIRONMENT
      "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions=${CMAKE_SOURCE_DIR}/cmake/tsan-suppressions.txt")
  endif()
  gtest_discover_tests(${ARG_NAME} DISCOVERY_TIMEOUT 120 PROPERTIES ${properties})
  # PROPERTIES cannot carry a list, so labels are set once the tests are known.
  set(labels_file "${CMAKE_CURRENT_BINARY_DIR}/${ARG_NAME}_labels.cmake")
  file(CONFIGURE OUTPUT "${labels_file}" @ONLY CONTENT
    "if(@ARG_NAME@_TESTS)\n  set_tests_properties(\${@ARG_NAME@_TESTS} PROPERTIES LABELS \"@ARG_LABELS@\")\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels_file}")
endfunction()
