#include "storage/audit/audit_log.hpp"

namespace serai::storage::audit {
namespace {

class Category : public boost::system::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "serai.storage.audit"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<AuditError>(value)) {
            case AuditError::wrong_origin:
                return "the stored log has another origin or key";
            case AuditError::root_mismatch:
                return "the stored leaves do not make the recorded tree";
            case AuditError::signed_beyond:
                return "a checkpoint was signed for more than the store holds";
            case AuditError::not_in_log:
                return "beyond the end of the log";
            case AuditError::not_a_tile:
                return "the log has no such tile";
            case AuditError::erased:
                return "the opening was erased";
        }
        return "unknown error of the audit log";
    }
};

}  // namespace

const boost::system::error_category& audit_category() {
    static const Category category;
    return category;
}

boost::system::error_code make_error_code(AuditError error) {
    return {static_cast<int>(error), audit_category()};
}

}  // namespace serai::storage::audit
