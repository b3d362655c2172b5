// What can be wrong with MLS input. Failed signatures, MACs and decryptions are CryptoError::verification_failed, whatever the
// message; bytes that do not decode are CodecError. Neither is repeated here.
#pragma once

#include "protocol/base/result.hpp"

namespace serai::crypto::mls {

enum class MlsError {
    unsupported =
        1,  // protocol version, cipher suite, credential or extension that this code does not speak
    wrong_group = 2,  // a message of another group
    wrong_epoch = 3,  // a message of another epoch: catch up, or encrypt again
    wrong_content =
        4,  // a well-formed message that does not belong here (an application message where a commit is due)
    invalid_credential = 5,   // the validator's refusals may carry other codes
    invalid_leaf = 6,         // RFC 9420, section 7.3
    invalid_key_package = 7,  // section 10.1
    invalid_tree =
        8,  // hashes, shape, unmerged leaves or keys of a ratchet tree (section 12.4.3.1)
    invalid_proposal = 9,        // section 12.1
    invalid_proposal_list = 10,  // section 12.2
    invalid_path = 11,           // an UpdatePath that does not fit the tree
    invalid_group_info = 12,     // a GroupInfo that does not fit its commit or tree
    invalid_welcome =
        13,  // a Welcome that is not for this key package, or does not fit its GroupInfo
    unknown_proposal = 14,  // a commit refers to a proposal that was not received
    unknown_psk = 15,
    not_a_member = 16,  // the sender's leaf is blank or out of range
    own_message =
        17,  // from our own leaf: its key was erased when it was sent, or a copy of this state made it
    key_consumed = 18,   // that message key was used before, or is too old
    too_far_ahead = 19,  // the generation is further ahead than the ratchet may be driven
    bad_padding = 20,
    group_ended = 21,    // a ReInit was committed: nothing more may be sent
    corrupt_state = 22,  // a saved state that this version did not write
    wrong_members = 23,  // a group that follows from another, and whose members do not (11.2, 11.3)
};

const boost::system::error_category& mls_category();
boost::system::error_code make_error_code(MlsError error);

}  // namespace serai::crypto::mls

template <>
struct boost::system::is_error_code_enum<serai::crypto::mls::MlsError> : std::true_type {};
