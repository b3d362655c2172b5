// Why the object store refused; object_store.hpp says which call returns what.
#pragma once

#include "protocol/base/result.hpp"

namespace serai::storage::objects {

enum class ObjectError {
    not_found = 1,  // no upload, or no sealed object, of that id
    exists = 2,     // an object of that id has begun already
    offset_mismatch =
        3,           // appending anywhere but at the end; ask for the offset and go on from there
    incomplete = 4,  // sealing with another length than was uploaded
    digest_mismatch = 5,  // sealing with another digest: the upload is worth nothing, remove it
    no_space = 6,         // the disk is full; the upload is as it was before the call
    unavailable = 7,      // read-only after a failure, or the machine refused to read
    out_of_range = 8,     // reading beyond the end
    limit_reached = 9,    // appending beyond the length that begin was given
};

const boost::system::error_category& object_category();
boost::system::error_code make_error_code(ObjectError error);

}  // namespace serai::storage::objects

template <>
struct boost::system::is_error_code_enum<serai::storage::objects::ObjectError> : std::true_type {};
