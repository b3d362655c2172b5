# Warnings and speed-ups for every target, by way of serai_options.
option(SERAI_WERROR "Warnings are errors" OFF)
option(SERAI_BENCH "Build the programs in bench/" OFF)

add_library(serai_options INTERFACE)
target_include_directories(serai_options INTERFACE "${CMAKE_SOURCE_DIR}")
# -Wnon-virtual-dtor is left out: it is wrong about every final class derived from boost's error_category, one of which
# each layer has. -Wdelete-non-virtual-dtor (in -Wall) and clang-tidy look after the real danger.
target_compile_options(serai_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wmissing-declarations
  $<$<BOOL:${SERAI_WERROR}>:-Werror>)
# What g++ 12's optimiser only suspects, and is often wrong about inside std::string, stays a warning.
target_compile_options(serai_options INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:RelWithDebInfo>>:-Wno-error=array-bounds;-Wno-error=maybe-uninitialized;-Wno-error=restrict;-Wno-error=stringop-overflow;-Wno-error=stringop-overread>)

# -g1 keeps line numbers in traces at a fraction of the compile and link time of full debug information.
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# The cache is shared between build folders and between clones: paths below the source folder are hashed as relative
# ones, the build folder is not hashed, and precompiled headers are allowed (their content is hashed instead).
find_program(SERAI_CCACHE ccache)
if(SERAI_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros "${SERAI_CCACHE}")
endif()
# Our own calls of libraries are bound when a program starts. Binding one at its first call saves the vector registers on the stack, and with
# them whatever key was copied last.
add_link_options(-Wl,-z,now)
find_program(SERAI_LLD ld.lld)
if(SERAI_LLD)
  add_link_options(-fuse-ld=lld)
endif()
