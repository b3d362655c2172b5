#pragma once

#include <boost/system/error_code.hpp>

namespace serai::crypto::merkle {

enum class MerkleError {
    out_of_range = 1,        // an index or size that the tree does not have
    wrong_length = 2,        // a proof of the wrong number of hashes for its sizes
    root_mismatch = 3,       // the proof does not lead to the root
    bad_path = 4,            // text that is no path of a tile
    bad_note = 5,            // bytes that are no signed note
    bad_key = 6,             // text that is no verifier key that we know how to use
    bad_signature = 7,       // a known key's signature does not verify: the note counts for nothing
    no_known_signature = 8,  // no signature is of a known key
    bad_checkpoint = 9,      // a note text that is no checkpoint
    wrong_origin = 10,       // a checkpoint of another log
};

const boost::system::error_category& merkle_category();
boost::system::error_code make_error_code(MerkleError error);

}  // namespace serai::crypto::merkle

template <>
struct boost::system::is_error_code_enum<serai::crypto::merkle::MerkleError> : std::true_type {};
