#include "crypto/secret/random.hpp"

#include <sodium.h>

#include <cstdlib>

namespace serai::crypto {

namespace {

class SystemRandom final : public Random {
  public:
    void fill(std::span<std::uint8_t> out) override {
        if (!out.empty()) {  // an empty span may have no address, which libsodium is not to be given
            randombytes_buf(out.data(), out.size());
        }
    }
};

}  // namespace

void ensure_sodium() {
    static const bool ready = [] {
        if (sodium_init() < 0) {
            std::abort();
        }
        return true;
    }();
    static_cast<void>(ready);
}

Random& system_random() {
    ensure_sodium();
    static SystemRandom instance;
    return instance;
}

}  // namespace serai::crypto
