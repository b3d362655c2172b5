#include "server/service/mls_parts.hpp"

#include "crypto/mls/cipher_suite.hpp"

namespace serai::server::service {

namespace mls = crypto::mls;

Result<void> check_external_pub(const mls::GroupInfo& info) {
    const auto* suite = mls::CipherSuite::find(info.group_context.cipher_suite);
    const auto* data = info.extensions.find(mls::ExtensionType::external_pub);
    if (suite == nullptr || data == nullptr) {
        return WireError::invalid_commit;
    }
    protocol::codec::Reader reader{*data};
    const auto key = reader.vector();
    const bool good = key && reader.at_end() && suite->is_hpke_public_key(*key);
    return good ? Result<void>{} : Result<void>{WireError::invalid_commit};
}

}  // namespace serai::server::service
