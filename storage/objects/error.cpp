#include "storage/objects/error.hpp"

#include <string>

namespace serai::storage::objects {
namespace {

const char* sentence(ObjectError error) {
    switch (error) {
        case ObjectError::not_found:
            return "There is no such object.";
        case ObjectError::exists:
            return "There is an object of that id already.";
        case ObjectError::offset_mismatch:
            return "The bytes do not continue the upload.";
        case ObjectError::incomplete:
            return "The upload has another length.";
        case ObjectError::digest_mismatch:
            return "The upload has another digest.";
        case ObjectError::no_space:
            return "The disk is full.";
        case ObjectError::unavailable:
            return "The object store takes no changes, or cannot read.";
        case ObjectError::out_of_range:
            return "The object ends before that.";
        case ObjectError::limit_reached:
            return "The upload would be larger than it may be.";
    }
    return "Unknown object store error.";
}

class ObjectCategory final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "objects"; }

    std::string message(int value) const override {
        return sentence(static_cast<ObjectError>(value));
    }
};

}  // namespace

const boost::system::error_category& object_category() {
    static const ObjectCategory category;
    return category;
}

boost::system::error_code make_error_code(ObjectError error) {
    return {static_cast<int>(error), object_category()};
}

}  // namespace serai::storage::objects
