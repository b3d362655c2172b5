#include "crypto/mls/error.hpp"

#include <string>

namespace serai::crypto::mls {

namespace {

const char* text(MlsError error) {
    switch (error) {
        case MlsError::unsupported:
            return "The message uses a version, suite or extension that is not supported.";
        case MlsError::wrong_group:
            return "The message belongs to another group.";
        case MlsError::wrong_epoch:
            return "The message belongs to another epoch.";
        case MlsError::wrong_content:
            return "The message is of a kind that does not belong here.";
        case MlsError::invalid_credential:
            return "A credential is not acceptable.";
        case MlsError::invalid_leaf:
            return "A leaf node is not valid.";
        case MlsError::invalid_key_package:
            return "A key package is not valid.";
        case MlsError::invalid_tree:
            return "The ratchet tree is not valid.";
        case MlsError::invalid_proposal:
            return "A proposal is not valid.";
        case MlsError::invalid_proposal_list:
            return "The list of proposals is not valid.";
        case MlsError::invalid_path:
            return "The update path does not fit the tree.";
        case MlsError::invalid_group_info:
            return "The group info does not fit the group.";
        case MlsError::invalid_welcome:
            return "The welcome does not fit its key package or its group.";
        case MlsError::unknown_proposal:
            return "The commit refers to a proposal that was not received.";
        case MlsError::unknown_psk:
            return "A pre-shared key is not known here.";
        case MlsError::not_a_member:
            return "The sender is not a member of the group.";
        case MlsError::own_message:
            return "The message was sent by this member itself.";
        case MlsError::key_consumed:
            return "The key of that message was used before.";
        case MlsError::too_far_ahead:
            return "The message is too far ahead of its sender's last one.";
        case MlsError::bad_padding:
            return "The padding is not all zero.";
        case MlsError::group_ended:
            return "The group was closed for a successor.";
        case MlsError::corrupt_state:
            return "The saved state cannot be read.";
        case MlsError::wrong_members:
            return "The members are not those of the group that this one follows.";
    }
    return "unknown";
}

class Category final : public boost::system::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "mls"; }

    [[nodiscard]] std::string message(int value) const override {
        return text(static_cast<MlsError>(value));
    }
};

}  // namespace

const boost::system::error_category& mls_category() {
    static const Category instance;
    return instance;
}

boost::system::error_code make_error_code(MlsError error) {
    return {static_cast<int>(error), mls_category()};
}

}  // namespace serai::crypto::mls
