#include "client/context.hpp"

#include <chrono>

namespace serai::client {

UnixMillis system_now() {
    return UnixMillis{
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                       std::chrono::system_clock::now().time_since_epoch())
                                       .count())};
}

}  // namespace serai::client
