# serai_test(NAME <name> LABELS <unit|vector|system|slow>... SOURCES <file>... LIBRARIES <target>...)
# One GoogleTest program, each of whose tests is a test of CTest.
include(GoogleTest)
function(serai_test)
  cmake_parse_arguments(ARG "" "NAME;TIMEOUT" "LABELS;SOURCES;LIBRARIES" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PRIVATE serai_options ${ARG_LIBRARIES} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${ARG_NAME} PRIVATE SERAI_TEST_VECTORS="${CMAKE_SOURCE_DIR}/tests/vectors")
  gtest_discover_tests(${ARG_NAME} DISCOVERY_TIMEOUT 120
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
