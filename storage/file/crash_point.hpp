// Named places at which a test build can be made to die at once, as by kill -9.
//
// A build with SERAI_CRASH_POINTS (every build with tests, never a release) ends with _exit(137) when it passes the point
// that the environment variable SERAI_CRASH_AT names, for the n-th time: SERAI_CRASH_AT=kv.commit.durable:3. Without a
// number, the first time. No destructor runs and no buffer is flushed. In other builds a point is nothing at all.
#pragma once

#if defined(SERAI_CRASH_POINTS)

#include <string_view>

namespace serai::storage::file {

// Cheap when the variable is not set. Thread-safe.
void pass_crash_point(std::string_view name);

}  // namespace serai::storage::file

#define SERAI_CRASH_POINT(name) ::serai::storage::file::pass_crash_point(name)

#else

#define SERAI_CRASH_POINT(name) static_cast<void>(0)

#endif
