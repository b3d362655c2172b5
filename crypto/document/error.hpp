#pragma once

#include <boost/system/error_code.hpp>

namespace serai::crypto::document {

enum class DocumentError {
    bad_key = 1,     // not 32 bytes
    bad_length = 2,  // no ciphertext or plaintext can have this length
    wrong_key = 3,   // the commitment is not that of this key, salt and context
    damaged =
        4,  // a chunk does not decrypt: changed, moved, cut short or added to; deliberately no detail
    too_long = 5,     // over 2^38 chunks
    finished = 6,     // used after finish() or after a failure
    bad_padding = 7,  // what follows the content is not zeroes up to the padded length
};

const boost::system::error_category& document_category();
boost::system::error_code make_error_code(DocumentError error);

}  // namespace serai::crypto::document

template <>
struct boost::system::is_error_code_enum<serai::crypto::document::DocumentError> : std::true_type {
};
