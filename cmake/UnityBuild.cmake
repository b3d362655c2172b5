# Several units are compiled as one, which halves the time of a build from nothing: all by the sanitizer presets
# (CMAKE_UNITY_BUILD), those of test programs by dev, too. dev compiles everything else unit by unit, so that each goes on
# including what it uses. These units stay by themselves: a private name of theirs is a neighbour's too, or (Beast) they are a
# minute's work each and had better run side by side.
set(SERAI_SEPARATE_UNITS
  client/channel/judge_group.cpp
  client/channel/resume.cpp
  client/channel/roster.cpp
  client/channel/roster_change.cpp
  client/channel/sending.cpp
  client/cli/setup.cpp
  client/connection/streams.cpp
  client/documents/put.cpp
  client/setup/settings.cpp
  crypto/mls/wire/proposal.cpp
  crypto/primitive/aead.cpp
  crypto/primitive/curve/curve448.cpp
  crypto/primitive/curve/ecdsa.cpp
  crypto/primitive/curve/nist_curve.cpp
  net/asio.cpp
  protocol/network/genesis.cpp
  server/net/http_connection.cpp
  server/net/listener.cpp
  server/net/ws_connection.cpp
  server/service/directory.cpp
  storage/kv/memory_store.cpp
  storage/kv/store.cpp
  storage/repo/channel_intents.cpp
  storage/repo/directory_intents.cpp
  storage/repo/removal_intents.cpp
  tests/client/rogue.cpp
  tests/crypto/x509/chain_verifier_test.cpp
  tests/layering/profile.cpp
  tests/layering/syncs_test.cpp
  tests/storage/kv/rocks_damage_test.cpp
  tests/storage/kv/rocks_failure_test.cpp
  tests/storage/kv/store_conformance_test.cpp)

# To be called once every folder has been added: a source's property holds in the folder of its target, which is the source's
# own or one above it.
function(serai_separate_units)
  foreach(unit ${SERAI_SEPARATE_UNITS})
    if(NOT EXISTS "${CMAKE_SOURCE_DIR}/${unit}")
      message(FATAL_ERROR "cmake/UnityBuild.cmake names ${unit}, which does not exist.")
    endif()
    set(folder "${unit}")
    set(folders "")
    while(folder MATCHES "/")
      get_filename_component(folder "${folder}" DIRECTORY)
      if(EXISTS "${CMAKE_SOURCE_DIR}/${folder}/CMakeLists.txt")
        list(APPEND folders "${CMAKE_SOURCE_DIR}/${folder}")
      endif()
    endwhile()
    set_source_files_properties("${CMAKE_SOURCE_DIR}/${unit}" DIRECTORY ${folders}
      PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endforeach()
endfunction()
