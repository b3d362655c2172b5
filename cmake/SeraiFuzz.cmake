# serai_fuzz(NAME <name> SOURCES <file>... LIBRARIES <target>... [MAX_LENGTH <bytes>] [SEEDS <file or folder>...])
# One libFuzzer program, bin/fuzz_<name>. MAX_LENGTH: the longest input it is given (default 4096). SEEDS, from the root of
# the tree: a folder's files are inputs as they are; of any other file, every hexadecimal string in double quotes is one
# (the form of the MLS working group's vectors). scripts/fuzz.sh runs them and keeps their corpora.
set(SERAI_FUZZ_LIST "${CMAKE_BINARY_DIR}/fuzz_targets.txt")
if(SERAI_FUZZ)
  file(WRITE "${SERAI_FUZZ_LIST}" "")
endif()
function(serai_fuzz)
  cmake_parse_arguments(ARG "" "NAME;MAX_LENGTH" "SOURCES;LIBRARIES;SEEDS" ${ARGN})
  if(NOT ARG_MAX_LENGTH)
    set(ARG_MAX_LENGTH 4096)
  endif()
  add_executable(fuzz_${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(fuzz_${ARG_NAME} PRIVATE serai_options ${ARG_LIBRARIES})
  target_link_options(fuzz_${ARG_NAME} PRIVATE -fsanitize=fuzzer)
  list(JOIN ARG_SEEDS " " seeds)
  file(APPEND "${SERAI_FUZZ_LIST}" "${ARG_NAME} ${ARG_MAX_LENGTH} ${seeds}\n")
endfunction()
