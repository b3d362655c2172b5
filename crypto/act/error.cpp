#include "crypto/act/error.hpp"

#include <string>

namespace serai::crypto::act {
namespace {

class ActCategory final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "act"; }

    std::string message(int value) const override {
        switch (static_cast<ActError>(value)) {
            case ActError::wrong_network:
                return "the act is of another network";
            case ActError::certificate_mismatch:
                return "the act names another certificate";
            case ActError::unsupported_key:
                return "the signer's key algorithm is not used in this network";
            case ActError::bad_signature:
                return "the act's signature is wrong";
            case ActError::bad_validity:
                return "the act's times do not fit together";
            case ActError::not_yet_valid:
                return "the act was made in the future";
            case ActError::expired:
                return "the act has expired";
            case ActError::entry_mismatch:
                return "leaf, opening and act are not of one entry";
            case ActError::commitment_mismatch:
                return "the fields are not those that the leaf committed to";
            case ActError::seal_mismatch:
                return "the act is not the one that the entry names";
            case ActError::bad_genesis:
                return "the genesis does not hold together";
            case ActError::wrong_fingerprint:
                return "the genesis is not the expected one";
        }
        return "unknown act error";
    }
};

}  // namespace

const boost::system::error_category& act_category() {
    static const ActCategory category;
    return category;
}

boost::system::error_code make_error_code(ActError error) {
    return {static_cast<int>(error), act_category()};
}

}  // namespace serai::crypto::act
