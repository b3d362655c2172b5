#include "crypto/primitive/error.hpp"

#include <string>

namespace serai::crypto {

namespace {

class Category final : public boost::system::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "crypto"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<CryptoError>(value)) {
            case CryptoError::bad_key:
                return "The key is not valid for its algorithm.";
            case CryptoError::bad_length:
                return "A length is not valid for the algorithm.";
            case CryptoError::verification_failed:
                return "Verification failed.";
        }
        return "unknown";
    }
};

}  // namespace

const boost::system::error_category& crypto_category() {
    static const Category instance;
    return instance;
}

boost::system::error_code make_error_code(CryptoError error) {
    return {static_cast<int>(error), crypto_category()};
}

}  // namespace serai::crypto
