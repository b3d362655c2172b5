#pragma once

#include <boost/system/error_code.hpp>

namespace serai::crypto::act {

enum class ActError {
    wrong_network = 1,         // names another network or log origin
    certificate_mismatch = 2,  // the header names another certificate than the one that signed
    unsupported_key = 3,       // a signature algorithm that this network does not use
    bad_signature = 4,         // wrong signature; deliberately no detail
    bad_validity = 5,          // not_after before time, or too long after it
    not_yet_valid = 6,         // made in the future
    expired = 7,
    entry_mismatch = 8,       // leaf, opening and act have different ids
    commitment_mismatch = 9,  // the fields are not those that the leaf committed to
    seal_mismatch = 10,       // the act beside an entry is not the one that the entry names
    bad_genesis = 11,         // parties, bundles, keys or signatures of a genesis that do not fit
    wrong_fingerprint = 12,   // another genesis than the one expected
};

const boost::system::error_category& act_category();
boost::system::error_code make_error_code(ActError error);

}  // namespace serai::crypto::act

template <>
struct boost::system::is_error_code_enum<serai::crypto::act::ActError> : std::true_type {};
