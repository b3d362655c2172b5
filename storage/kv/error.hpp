// Why the store refused. What each one obliges the caller to do is said with the call that returns it (store.hpp).
#pragma once

#include "protocol/base/result.hpp"

namespace serai::storage::kv {

enum class StoreError {
    conflict = 1,  // a precondition of the batch does not hold; nothing was written
    unknown =
        2,  // the write may or may not be there after a restart; the store is read-only from here on
    unavailable =
        3,  // nothing was written or read: read-only after a failure, closed, or held by another process
    too_large = 4,     // a key, record or batch over its limit; nothing was written
    corrupt = 5,       // bytes on the disk are not the bytes that were written, or some are missing
    trimmed = 6,       // reading a log before the first record that is kept
    out_of_range = 7,  // reading a log from beyond its tail
    invalid =
        8,  // an argument that is never right: an empty key, a limit of zero, an existing target directory
    wrong_format = 9,  // the directory was written by a version of this program with another format
};

const boost::system::error_category& store_category();
boost::system::error_code make_error_code(StoreError error);

}  // namespace serai::storage::kv

template <>
struct boost::system::is_error_code_enum<serai::storage::kv::StoreError> : std::true_type {};
