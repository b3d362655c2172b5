#include "crypto/document/error.hpp"

#include <string>

namespace serai::crypto::document {
namespace {

class DocumentCategory final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "document"; }

    std::string message(int value) const override {
        switch (static_cast<DocumentError>(value)) {
            case DocumentError::bad_key:
                return "a document key has 32 bytes";
            case DocumentError::bad_length:
                return "no encrypted document has this length";
            case DocumentError::wrong_key:
                return "the key or the place of the document is another";
            case DocumentError::damaged:
                return "the encrypted document is damaged";
            case DocumentError::too_long:
                return "the document is too long";
            case DocumentError::finished:
                return "the document has ended";
            case DocumentError::bad_padding:
                return "the document's padding is wrong";
        }
        return "unknown document error";
    }
};

}  // namespace

const boost::system::error_category& document_category() {
    static const DocumentCategory category;
    return category;
}

boost::system::error_code make_error_code(DocumentError error) {
    return {static_cast<int>(error), document_category()};
}

}  // namespace serai::crypto::document
