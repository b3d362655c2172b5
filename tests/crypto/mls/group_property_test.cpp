// Random histories of a group: whatever happens in whatever order, members and follower agree, and nobody else can read.
#include "tests/crypto/mls/support/mls_client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>

namespace serai::tests::mls {

namespace {

// Clients, and a server that follows in public and keeps its state by node.
class World {
  public:
    explicit World(std::uint64_t seed, std::size_t clients) : random_(seed) {
        for (std::size_t i = 0; i < clients; ++i) {
            clients_.push_back(
                std::make_unique<TestClient>("device-" + std::to_string(i), random_));
        }
        clients_[0]->found(random_.bytes(32), Extensions{{{kTestExtension, {1, 2, 3}}}});
        const auto info = clients_[0]->group().group_info(clients_[0]->signer(), {});
        server_ = *PublicGroup::from_group_info(
            info, clients_[0]->group().view()->tree().to_nodes(), policy_);
        store_changes(*server_, all_nodes(*server_));
    }

    void step() {
        switch (random_.below(8)) {
            case 0:
            case 1:
                propose();
                break;
            case 2:
                restart_someone();
                break;
            case 3:
                talk();
                break;
            default:
                commit();
        }
    }

    void expect_agreement() {
        const auto& reference = member().group();
        for (const auto& client : clients_) {
            if (!client->in_group()) {
                continue;
            }
            const auto& group = client->group();
            ASSERT_EQ(group.epoch_authenticator(), reference.epoch_authenticator());
            ASSERT_EQ(group.view()->encoded_context(), server_->encoded_context());
            ASSERT_EQ(name_of(*server_->tree().leaf(group.own_leaf())), client->name());
        }
        ASSERT_TRUE(server_->tree().parent_hashes_valid());
        ASSERT_EQ(server_->tree().member_count(), static_cast<std::uint32_t>(inside().size()));
    }

    // The history had something of everything.
    void expect_eventful() const {
        EXPECT_GT(server_->epoch(), 3U);
        EXPECT_GT(adds_, 0U);
        EXPECT_GT(removes_, 0U);
        EXPECT_GT(adds_ + removes_ + updates_, 4U);
    }

    // What the server stored node by node is the tree.
    void expect_stored_tree_is_complete() {
        TreeNodes nodes;
        for (const auto& [index, encoded] : stored_) {
            nodes.nodes.resize(index.value());
            nodes.nodes.push_back(*protocol::codec::decode_exact<TreeNode>(encoded));
        }
        const auto loaded = PublicGroup::load(server_->save(), nodes);
        ASSERT_TRUE(loaded) << loaded.error().message();
        ASSERT_EQ((*loaded)->encoded_context(), server_->encoded_context());
        ASSERT_EQ((*loaded)->interim_transcript_hash(), server_->interim_transcript_hash());
        server_ = *loaded;
    }

  private:
    [[nodiscard]] std::vector<TestClient*> inside() const {
        std::vector<TestClient*> list;
        for (const auto& client : clients_) {
            if (client->in_group()) {
                list.push_back(client.get());
            }
        }
        return list;
    }

    [[nodiscard]] std::vector<TestClient*> outside() const {
        std::vector<TestClient*> list;
        for (const auto& client : clients_) {
            if (!client->in_group()) {
                list.push_back(client.get());
            }
        }
        return list;
    }

    TestClient& member() {
        const auto list = inside();
        return *list[random_.below(static_cast<std::uint32_t>(list.size()))];
    }

    void propose() {
        TestClient& sender = member();
        Result<MlsMessage> message = MlsError::unsupported;
        const auto out = outside();
        const auto kind = random_.below(3);
        if (kind == 0) {
            message = sender.group().propose_update(
                sender.identity(), sender.signer(), {}, policy_, random_);
        } else if (kind == 1 && !out.empty()) {
            message = sender.group().propose(
                sender.signer(), Proposal{Add{out.front()->fresh_key_package()}}, {}, policy_);
        } else {
            const LeafIndex leaf = member().group().own_leaf();
            message = sender.group().propose(sender.signer(), Proposal{Remove{leaf}}, {}, policy_);
        }
        ASSERT_TRUE(message) << message.error().message();
        for (auto* client : inside()) {
            ASSERT_TRUE(client->group().receive_proposal(*message, policy_));
        }
        const auto cached = server_->check_proposal(*message, policy_);
        ASSERT_TRUE(cached) << cached.error().message();
        proposals_.push_back(*cached);
    }

    // A list of references that is valid for this committer.
    CommitOptions choose(TestClient& committer) {
        CommitOptions options;
        std::vector<LeafIndex> touched{committer.group().own_leaf()};
        std::vector<Bytes> added;
        const auto touch = [&](LeafIndex leaf) {
            const bool first = std::find(touched.begin(), touched.end(), leaf) == touched.end();
            touched.push_back(leaf);
            return first;
        };
        for (const auto& cached : proposals_) {
            bool take = false;
            if (const auto* remove = cached.proposal.get<Remove>()) {
                take = touch(remove->removed);
            } else if (cached.proposal.get<Update>() != nullptr) {
                take = touch(LeafIndex{cached.sender.index});
            } else if (const auto* add = cached.proposal.get<Add>()) {
                const auto& package = add->key_package;
                // Only the newest key package of a client still has its secrets.
                take = std::find(added.begin(), added.end(), package.leaf_node.signature_key) ==
                           added.end() &&
                       by_name(name_of(package.leaf_node)).key_package().key_package == package;
                if (take) {
                    added.push_back(package.leaf_node.signature_key);
                }
            }
            if (take) {
                options.references.push_back(cached.ref);
            }
        }
        for (auto* client : outside()) {
            const auto& key = client->identity().keys.public_key;
            if (random_.below(3) == 0 &&
                std::find(added.begin(), added.end(), key) == added.end()) {
                options.adds.push_back(client->fresh_key_package());
            }
        }
        if (random_.below(4) == 0) {
            const LeafIndex leaf = member().group().own_leaf();
            if (touch(leaf)) {
                options.removes.push_back(leaf);
            }
        }
        options.authenticated_data = random_.bytes(random_.below(20));
        if (random_.below(5) == 0) {
            options.new_extensions = Extensions{{{kTestExtension, random_.bytes(8)}}};
        }
        return options;
    }

    void commit() {
        TestClient& committer = member();
        const auto options = choose(committer);
        auto pending = committer.commit(options, policy_);
        ASSERT_TRUE(pending) << pending.error().message();

        auto staged = server_->stage(pending->commit, proposals_, policy_, &pending->group_info);
        ASSERT_TRUE(staged) << staged.error().message();
        ASSERT_EQ(staged->authenticated_data, options.authenticated_data);
        for (auto* client : inside()) {
            if (client != &committer) {
                follow(*client, *pending);
            }
        }
        server_ = staged->next;
        adds_ += staged->adds.size();
        removes_ += staged->removes.size();
        updates_ += staged->updates.size();
        proposals_.clear();
        store_changes(*server_, staged->changed_nodes);
        const auto saved = pending->save();
        auto loaded = PendingCommit::load(saved.public_state, saved.secret_state);
        ASSERT_TRUE(loaded) << loaded.error().message();
        committer.set_group(std::move(loaded->next));
        for (const auto& add : staged->adds) {
            TestClient& newcomer = by_name(name_of(add.key_package.leaf_node));
            const auto joined = newcomer.join(*loaded->welcome, *server_, policy_);
            ASSERT_TRUE(joined) << joined.error().message();
            ASSERT_EQ(newcomer.group().own_leaf(), add.index);
        }
    }

    void follow(TestClient& client, const PendingCommit& pending) {
        auto staged = client.group().stage(pending.commit, policy_);
        ASSERT_TRUE(staged) << staged.error().message();
        client.set_group(std::move(staged->next));
    }

    void talk() {
        TestClient& sender = member();
        const Bytes text = random_.bytes(random_.below(200));
        const auto message =
            sender.group().protect(sender.signer(), as_bytes("aad"), text, 256, random_);
        ASSERT_TRUE(message);
        for (auto* client : inside()) {
            const auto opened = client->group().unprotect(*message);
            if (client == &sender) {
                ASSERT_EQ(opened.error(), MlsError::own_message);
                continue;
            }
            ASSERT_TRUE(opened) << opened.error().message();
            ASSERT_EQ(opened->plaintext, text);
            ASSERT_EQ(opened->sender, sender.group().own_leaf());
        }
    }

    void restart_someone() { member().restart(); }

    TestClient& by_name(const std::string& name) {
        return **std::find_if(clients_.begin(), clients_.end(), [&](const auto& client) {
            return client->name() == name;
        });
    }

    static std::vector<NodeIndex> all_nodes(const PublicGroup& group) {
        std::vector<NodeIndex> list;
        group.tree().for_each_node(
            [&](NodeIndex index, const TreeNode&) { list.push_back(index); });
        return list;
    }

    void store_changes(const PublicGroup& group, const std::vector<NodeIndex>& changed) {
        for (const auto index : changed) {
            const TreeNode node = group.tree().node(index);
            if (node.blank()) {
                stored_.erase(index);
            } else {
                stored_[index] = protocol::codec::encode(node);
            }
        }
    }

    DeterministicRandom random_;
    TestValidator validator_;
    ValidationPolicy policy_{validator_, UnixSeconds{kTestTime}};
    std::vector<std::unique_ptr<TestClient>> clients_;
    std::shared_ptr<const PublicGroup> server_;
    std::vector<CachedProposal> proposals_;
    std::map<NodeIndex, Bytes> stored_;
    std::size_t adds_ = 0;
    std::size_t removes_ = 0;
    std::size_t updates_ = 0;
};

class MlsHistory : public testing::TestWithParam<std::uint64_t> {};

}  // namespace

TEST_P(MlsHistory, members_and_follower_never_disagree) {
    World world{GetParam(), 9};
    for (int i = 0; i < 40; ++i) {
        SCOPED_TRACE("step " + std::to_string(i));
        world.step();
        world.expect_agreement();
        world.expect_stored_tree_is_complete();
        if (HasFatalFailure()) {
            return;
        }
    }
    world.expect_eventful();
}

INSTANTIATE_TEST_SUITE_P(Seeds, MlsHistory, testing::Range(std::uint64_t{1}, std::uint64_t{13}));

}  // namespace serai::tests::mls
