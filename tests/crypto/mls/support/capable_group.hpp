// A group of four that requires something of its members, and somebody outside who would fit. Leaf i is member i.
#pragma once

#include "tests/crypto/mls/support/forged_commit.hpp"
#include "tests/crypto/mls/support/small_group.hpp"

#include <algorithm>
#include <memory>
#include <optional>

namespace serai::tests::mls {

// Accepts every credential, so that a test reaches the rule behind it.
class AnyCredential final : public CredentialValidator {
  public:
    [[nodiscard]] Result<void> validate(const LeafInQuestion&) const override { return {}; }
};

template <class T>
void drop(std::vector<T>& list, T value) {
    std::erase(list, value);
}

class CapableGroup : public SmallGroup {
  protected:
    static constexpr auto kRequiredExtension = static_cast<ExtensionType>(0xF124);
    static constexpr auto kRequiredProposal = static_cast<ProposalType>(0xF125);
    static constexpr auto kRequiredCredential = static_cast<CredentialType>(0xF126);

    void SetUp() override {
        start(4);
        for (std::size_t i = 0; i < 4; ++i) {
            // Member 3 is the one that does not know basic credentials.
            at(i).identity().capabilities = capable(i != 3);
            ASSERT_TRUE(commit_by(i, {}));
        }
        newcomer_->identity().capabilities = capable(true);
        const RequiredCapabilities required{
            {kRequiredExtension}, {kRequiredProposal}, {kRequiredCredential}};
        CommitOptions options;
        options.new_extensions =
            Extensions{{{kTestExtension, {}},
                        {ExtensionType::required_capabilities, protocol::codec::encode(required)}}};
        ASSERT_TRUE(commit_by(0, options));
    }

    [[nodiscard]] static Capabilities capable(bool knows_basic) {
        auto can = capabilities_for(
            test_suite().id(), CredentialType::x509, {kTestExtension, kRequiredExtension});
        can.proposals.push_back(kRequiredProposal);
        can.credentials.push_back(kRequiredCredential);
        if (knows_basic) {
            can.credentials.push_back(CredentialType::basic);
        }
        return can;
    }

    // What follower and members say to a commit by member 0. They must agree.
    [[nodiscard]] ErrorCode verdict_on(const CommitPlan& plan, const ValidationPolicy& policy) {
        const ForgedCommit forged = forge_commit(at(0), plan, random_);
        const auto message =
            protocol::codec::decode_exact<MlsMessage>(protocol::codec::encode(forged.message));
        if (!message) {
            return message.error();
        }
        const auto staged = server_->stage(*message->get<PublicMessage>(), plan.known, policy);
        if (plan.known.empty()) {
            const auto followed = group(2).stage(*message, policy, plan.psks);
            EXPECT_EQ(followed ? ErrorCode{} : followed.error(),
                      staged ? ErrorCode{} : staged.error());
        }
        return staged ? ErrorCode{} : staged.error();
    }

    [[nodiscard]] ErrorCode verdict_on(const CommitPlan& plan) { return verdict_on(plan, policy_); }

    // A proposal by member `sender`, as everybody keeps it.
    [[nodiscard]] Result<CachedProposal> proposed(std::size_t sender, Proposal proposal) {
        return server_->check_proposal(forge_proposal(group(sender),
                                                      Sender::member(group(sender).own_leaf()),
                                                      at(sender).signer(),
                                                      std::move(proposal)),
                                       policy_);
    }

    std::unique_ptr<TestClient> newcomer_ = std::make_unique<TestClient>("e", random_);
    AnyCredential anyone_;
    ValidationPolicy lax_{anyone_, UnixSeconds{kTestTime}};
};

}  // namespace serai::tests::mls
