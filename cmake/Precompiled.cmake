# SERAI_PCH=ON: nearly every unit includes the same standard headers, Result, Reader and Writer, which cost more to parse than most
# units have of their own. With it (presets dev, asan, tsan) they are parsed once. Units still include what they use: the other
# presets build without.
option(SERAI_PCH "Precompile the headers that nearly every unit includes" OFF)

set(SERAI_COMMON_HEADERS
  <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <mutex> <optional> <span> <string>
  <string_view> <unordered_map> <utility> <variant> <vector>
  "${CMAKE_SOURCE_DIR}/protocol/codec/reader.hpp" "${CMAKE_SOURCE_DIR}/protocol/codec/writer.hpp")

# serai_precompile(<target>...): lets these share one precompiled header.
function(serai_precompile)
  if(NOT SERAI_PCH OR SERAI_FUZZ)
    return()
  endif()
  if(NOT TARGET serai_common_header)
    file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/serai_common_header.cpp" CONTENT "")
    add_library(serai_common_header STATIC "${CMAKE_BINARY_DIR}/serai_common_header.cpp")
    target_link_libraries(serai_common_header PUBLIC serai_options Boost::headers)
    target_precompile_headers(serai_common_header PRIVATE ${SERAI_COMMON_HEADERS})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(serai_common_header PRIVATE -fpch-preprocess)  # ccache needs it
    endif()
  endif()
  foreach(target ${ARGN})
    if(TARGET ${target})
      target_precompile_headers(${target} REUSE_FROM serai_common_header)
      if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(${target} PRIVATE -fpch-preprocess)
      endif()
    endif()
  endforeach()
endfunction()
