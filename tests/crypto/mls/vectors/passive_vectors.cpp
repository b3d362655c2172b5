// A client that joins by Welcome and follows.
#include "crypto/mls/group/group.hpp"
#include "tests/crypto/mls/vectors/vector_case.hpp"
#include "tests/crypto/mls/vectors/vector_runner.hpp"

#include <limits>
#include <map>

namespace serai::tests::mls {

using namespace serai::crypto;
using namespace serai::crypto::mls;

namespace {

// The vectors' identities mean nothing.
class AnyCredential final : public CredentialValidator {
  public:
    [[nodiscard]] Result<void> validate(const LeafInQuestion&) const override { return {}; }

    [[nodiscard]] Result<void> validate_external_sender(const ExternalSender&) const override {
        return {};
    }
};

class GivenPsks final : public PskSource {
  public:
    explicit GivenPsks(const VectorCase& entry) {
        for (const auto& item : entry.array("external_psks")) {
            const VectorCase psk{item};
            keys_.emplace(psk.bytes("psk_id"), psk.secret<ExternalPsk>("psk"));
        }
    }

    [[nodiscard]] ExternalPsk find(const PreSharedKeyId& id) const override {
        const auto* external = std::get_if<ExternalPskId>(&id.key);
        const auto it = external == nullptr ? keys_.end() : keys_.find(external->id);
        return it == keys_.end() ? ExternalPsk{} : it->second.clone("vector");
    }

  private:
    std::map<Bytes, ExternalPsk> keys_;
};

KeyPackageSecrets key_package_of(const CipherSuite& suite, const VectorCase& entry) {
    const auto message = entry.decoded<MlsMessage>("key_package");
    expect(message.get<KeyPackage>() != nullptr, "key_package");
    KeyPackageSecrets secrets{*message.get<KeyPackage>(),
                              hpke_key(suite, entry, "init_priv"),
                              hpke_key(suite, entry, "encryption_priv")};
    const auto& package = secrets.key_package;
    expect_equal(secrets.init_key.public_key, package.init_key, "init_key");
    expect_equal(secrets.leaf_key.public_key, package.leaf_node.encryption_key, "encryption_key");
    const auto signer = signature_key(suite, entry, "signature_priv");
    expect_equal(signer.public_key, package.leaf_node.signature_key, "signature_key");
    return secrets;
}

Group join(const CipherSuite& suite,
           const VectorCase& entry,
           const ValidationPolicy& policy,
           const PskSource& psks) {
    const auto message = entry.decoded<MlsMessage>("welcome");
    expect(message.get<Welcome>() != nullptr, "welcome");
    std::optional<TreeNodes> tree;
    if (entry.has("ratchet_tree")) {
        tree = entry.decoded<TreeNodes>("ratchet_tree");
    }
    return value_of(Group::join(*message.get<Welcome>(),
                                key_package_of(suite, entry),
                                tree ? &*tree : nullptr,
                                policy,
                                &psks),
                    "join");
}

void follow(Group& group,
            const VectorCase& epoch,
            const ValidationPolicy& policy,
            const PskSource& psks) {
    for (const auto& proposal : epoch.array("proposals")) {
        static_cast<void>(value_of(
            group.receive_proposal(VectorCase::decode<MlsMessage>(proposal, "proposal"), policy),
            "proposal"));
    }
    auto staged =
        value_of(group.stage(epoch.decoded<MlsMessage>("commit"), policy, &psks), "commit");
    expect(!staged.removes_us(), "the client stays a member");
    group = std::move(*staged.next);
    expect_equal(
        group.epoch_authenticator(), epoch.bytes("epoch_authenticator"), "epoch_authenticator");
    // What was saved carries on just as well.
    const auto saved = group.save();
    group = value_of(Group::load(saved.public_state, saved.secret_state), "load");
}

}  // namespace

void check_passive_client(const boost::json::value& value) {
    const VectorCase entry{value};
    const auto& suite = entry.suite();
    const AnyCredential validator;
    // Their leaves are good for all time.
    const ValidationPolicy policy{
        validator, std::nullopt, std::numeric_limits<std::uint64_t>::max()};
    const GivenPsks psks{entry};
    Group group = join(suite, entry, policy, psks);
    group.keep_resumption_psks(64);
    expect_equal(group.epoch_authenticator(),
                 entry.bytes("initial_epoch_authenticator"),
                 "initial_epoch_authenticator");
    for (const auto& epoch : entry.array("epochs")) {
        follow(group, VectorCase{epoch}, policy, psks);
    }
}

}  // namespace serai::tests::mls
