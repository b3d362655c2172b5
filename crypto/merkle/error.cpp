#include "crypto/merkle/error.hpp"

#include <string>

namespace serai::crypto::merkle {
namespace {

class MerkleCategory final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "merkle"; }

    std::string message(int value) const override {
        switch (static_cast<MerkleError>(value)) {
            case MerkleError::out_of_range:
                return "the tree has no such index or size";
            case MerkleError::wrong_length:
                return "the proof has the wrong number of hashes";
            case MerkleError::root_mismatch:
                return "the proof does not lead to the root";
            case MerkleError::bad_path:
                return "the text is no path of a tile";
            case MerkleError::bad_note:
                return "the bytes are no signed note";
            case MerkleError::bad_key:
                return "the text is no usable verifier key";
            case MerkleError::bad_signature:
                return "a signature of the note is wrong";
            case MerkleError::no_known_signature:
                return "the note is not signed by a known key";
            case MerkleError::bad_checkpoint:
                return "the note is no checkpoint";
            case MerkleError::wrong_origin:
                return "the checkpoint is of another log";
        }
        return "unknown proof error";
    }
};

}  // namespace

const boost::system::error_category& merkle_category() {
    static const MerkleCategory category;
    return category;
}

boost::system::error_code make_error_code(MerkleError error) {
    return {static_cast<int>(error), merkle_category()};
}

}  // namespace serai::crypto::merkle
