// mls_peer: one JSON command a line in, one JSON reply a line out, until the input ends.
#include "tests/interop/mls_peer/commands.hpp"

#include <iostream>

int main() {
    std::ios::sync_with_stdio(false);
    serai::tests::interop::Peer peer;
    for (std::string line; std::getline(std::cin, line);) {
        std::cout << answer(peer, line) << '\n' << std::flush;
    }
    return std::cout ? 0 : 1;
}
