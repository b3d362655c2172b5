// A group of a few members and its follower, all in step; where most tests begin.
#pragma once

#include "tests/crypto/mls/support/mls_client.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace serai::tests::mls {

// A commit as the server reads it.
[[nodiscard]] inline PublicMessage public_commit(const Result<PendingCommit>& pending) {
    return *pending->commit.get<PublicMessage>();
}

class SmallGroup : public testing::Test {
  protected:
    // Founder "a", then "b", "c" ... added in one commit.
    void start(std::size_t members, Extensions extensions = {}) {
        for (std::size_t i = 0; i < members; ++i) {
            clients_.push_back(std::make_unique<TestClient>(
                std::string(1, static_cast<char>('a' + i)), random_, *suite_));
        }
        at(0).found(random_.bytes(32), std::move(extensions));
        server_ = *PublicGroup::from_group_info(at(0).group().group_info(at(0).signer(), {}),
                                                at(0).group().view()->tree().to_nodes(),
                                                policy_);
        CommitOptions options;
        for (std::size_t i = 1; i < members; ++i) {
            options.adds.push_back(at(i).fresh_key_package());
        }
        if (members > 1) {
            ASSERT_TRUE(commit_by(0, options));
        }
    }

    TestClient& at(std::size_t i) { return *clients_[i]; }

    Group& group(std::size_t i) { return at(i).group(); }

    // Builds, orders and delivers: everybody moves on, newcomers join.
    Result<void> commit_by(std::size_t committer, const CommitOptions& options) {
        SERAI_TRY(pending, at(committer).commit(options, policy_));
        return deliver(committer, std::move(pending));
    }

    Result<void> deliver(std::size_t committer, PendingCommit pending) {
        SERAI_TRY(staged, server_->stage(pending.commit, proposals_, policy_, &pending.group_info));
        for (std::size_t i = 0; i < clients_.size(); ++i) {
            if (i != committer && at(i).in_group()) {
                SERAI_TRY(change, group(i).stage(pending.commit, policy_));
                at(i).set_group(std::move(change.next));
            }
        }
        at(committer).set_group(std::move(pending.next));
        server_ = staged.next;
        proposals_.clear();
        for (const auto& add : staged.adds) {
            for (auto& client : clients_) {
                if (client->name() == name_of(add.key_package.leaf_node)) {
                    SERAI_CHECK(client->join(*pending.welcome, *server_, policy_));
                }
            }
        }
        return {};
    }

    // Everybody, and the follower, hears the proposal.
    Result<void> announce(std::size_t sender, const MlsMessage& message) {
        SERAI_TRY(cached, server_->check_proposal(message, policy_));
        proposals_.push_back(cached);
        for (std::size_t i = 0; i < clients_.size(); ++i) {
            if (i != sender && at(i).in_group()) {
                SERAI_CHECK(group(i).receive_proposal(message, policy_));
            }
        }
        return {};
    }

    void expect_agreement() {
        for (auto& client : clients_) {
            if (client->in_group()) {
                EXPECT_EQ(client->group().view()->encoded_context(), server_->encoded_context());
                EXPECT_EQ(client->group().epoch_authenticator(), group(0).epoch_authenticator());
            }
        }
    }

    [[nodiscard]] PrivateMessage say(std::size_t sender, std::string_view text) {
        return *group(sender).protect(
            at(sender).signer(), as_bytes("aad"), as_bytes(text), 0, random_);
    }

    const CipherSuite* suite_ = &test_suite();
    DeterministicRandom random_{7};
    TestValidator validator_;
    ValidationPolicy policy_{validator_, UnixSeconds{kTestTime}};
    std::vector<std::unique_ptr<TestClient>> clients_;
    std::shared_ptr<const PublicGroup> server_;
    std::vector<CachedProposal> proposals_;
};

}  // namespace serai::tests::mls
