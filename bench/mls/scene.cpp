#include "bench/mls/scene.hpp"

#include "crypto/mls/group/leaf_validation.hpp"

#include <map>
#include <memory>
#include <stdexcept>
#include <string>

namespace serai::bench::mls {

namespace {

constexpr Lifetime kLifetime{0, 0xFFFF'FFFF};

class AcceptAll final : public CredentialValidator {
  public:
    [[nodiscard]] Result<void> validate(const LeafInQuestion&) const override { return {}; }
};

std::vector<Person> make_people(const CipherSuite& suite, std::size_t members) {
    std::vector<Person> people;
    for (std::size_t i = 0; i < members; ++i) {
        people.push_back(make_person(suite, i));
    }
    return people;
}

Group join(const Welcome& welcome, const Person& person, const RatchetTree* tree) {
    const TreeNodes nodes = tree == nullptr ? TreeNodes{} : tree->to_nodes();
    return need(
        Group::join(welcome, person.key_package, tree == nullptr ? nullptr : &nodes, policy()));
}

Group stage(Group& group, const MlsMessage& commit) {
    auto staged = need(group.stage(commit, policy()));
    return std::move(*staged.next);
}

ColdGroup make_cold(const CipherSuite& suite, std::size_t members) {
    auto people = make_people(suite, members);
    CommitOptions bulk;
    bulk.welcome_info.with_ratchet_tree = true;
    for (std::size_t i = 1; i < members; ++i) {
        bulk.adds.push_back(people[i].key_package.key_package);
    }
    const Person& founder = people.front();
    auto pending =
        need(found(suite, founder).commit(founder.identity, founder.signer(), bulk, policy()));
    Group last = join(*pending.welcome, people.back(), nullptr);
    Bytes commit = protocol::codec::encode(pending.commit);
    Bytes welcome = protocol::codec::encode(MlsMessage{std::move(*pending.welcome)});
    return {std::move(people),
            std::move(bulk),
            std::move(pending.next),
            std::move(last),
            std::move(commit),
            std::move(welcome)};
}

// All but the last person in one tree, in which each of them has committed; leaf 1 was the last to do so, and what it encrypted
// to leaf 0 comes to that member by a Welcome.
class FilledTree {
  public:
    FilledTree(const CipherSuite& suite, std::vector<Person>& people)
        : suite_(suite),
          people_(people),
          tree_(suite, people[0].key_package.key_package.leaf_node) {
        const std::size_t present = people.size() - 1;
        for (std::size_t i = 1; i < present; ++i) {
            tree_.add(
                std::make_shared<const LeafNode>(people[i].key_package.key_package.leaf_node));
        }
        commit_by(0);
        for (std::size_t i = present - 1; i > 0; --i) {
            commit_by(i);
        }
    }

    Group first_member() {
        Person& first = people_[0];
        first.key_package.key_package.leaf_node = *tree_.leaf(LeafIndex{0});
        return join(welcome(first.key_package), first, &tree_);
    }

  private:
    void commit_by(std::size_t person) {
        const LeafIndex index{static_cast<std::uint32_t>(person)};
        const auto steps = tree_.filtered_direct_path(index, {});
        NewPath path = TreeKemPrivate::generate_path(suite_, steps.size(), system_random());
        LeafNode leaf = *tree_.leaf(index);
        leaf.encryption_key = path.leaf_key.public_key;
        leaf.source = FromCommit{tree_.merge_path(index, steps, path.public_keys)};
        leaf.signature = sign_leaf(suite_, people_[person].signer(), leaf, group_id_, index);
        tree_.set_leaf(index, std::make_shared<const LeafNode>(std::move(leaf)));
        people_[person].key_package.leaf_key = std::move(path.leaf_key);
        to_sibling_ = std::move(path.secrets.front());
    }

    Welcome welcome(const KeyPackageSecrets& newcomer) {
        const GroupContext context{
            suite_.id(), group_id_, 7, tree_.root_hash(), suite_.hash({group_id_}), {}};
        const Bytes encoded = protocol::codec::encode(context);
        auto joiner = JoinerSecret::random(suite_.hash_size());
        const auto psk = PskSecret::zero(suite_.hash_size());
        const auto joined = joined_secrets(suite_, joiner.clone("for the Welcome"), psk, encoded);
        GroupInfo info;
        info.group_context = context;
        info.confirmation_tag =
            suite_.mac(joined.epoch.confirmation_key, context.confirmed_transcript_hash);
        info.signer = LeafIndex{1};
        info.signature = suite_.sign(people_[1].signer(), "GroupInfoTBS", info.to_be_signed());

        const auto key = suite_.expand<MessageKey>(joined.welcome, "key", {}, suite_.key_size());
        const auto nonce =
            suite_.expand<MessageNonce>(joined.welcome, "nonce", {}, suite_.nonce_size());
        const ByteView nonce_bytes = SecretView{nonce}.bytes(SecretAccess{"AEAD nonce"});
        Welcome out{
            suite_.id(), {}, suite_.aead_seal(key, nonce_bytes, {}, protocol::codec::encode(info))};
        const GroupSecrets secrets{std::move(joiner), std::move(to_sibling_), {}};
        auto sealed = need(suite_.encrypt(newcomer.key_package.init_key,
                                          "Welcome",
                                          out.encrypted_group_info,
                                          secrets.encode(),
                                          system_random()));
        out.secrets.push_back({key_package_ref(suite_, newcomer.key_package),
                               {std::move(sealed.kem_output), std::move(sealed.ciphertext)}});
        return out;
    }

    const CipherSuite& suite_;
    std::vector<Person>& people_;
    Bytes group_id_ = to_bytes(as_bytes("a filled group"));
    RatchetTree tree_;
    PathSecret to_sibling_;
};

void require_filled(const RatchetTree& tree, LeafIndex leaf) {
    for (const auto& step : tree.filtered_direct_path(leaf, {})) {
        if (step.resolution.size() != 1) {
            throw std::runtime_error{"a tree that should be filled is not"};
        }
    }
}

// The last person is added and commits in earnest, so that two members hold all the keys of their paths.
WarmGroup make_warm(const CipherSuite& suite, std::size_t members) {
    auto people = make_people(suite, members);
    Group first = FilledTree{suite, people}.first_member();
    CommitOptions add;
    add.adds.push_back(people.back().key_package.key_package);
    auto added = need(first.commit(people[0].identity, people[0].signer(), add, policy()));
    first = std::move(added.next);
    Group last = join(*added.welcome, people.back(), &first.view()->tree());
    auto updated = need(last.commit(people.back().identity, people.back().signer(), {}, policy()));
    first = stage(first, updated.commit);
    last = std::move(updated.next);
    require_filled(first.view()->tree(), first.own_leaf());
    require_filled(first.view()->tree(), last.own_leaf());
    return {std::move(people), std::move(first), std::move(last)};
}

// The groups live until the process ends.
template <class Scene, class Make>
Scene& remembered(const CipherSuite& suite, std::size_t members, const Make& make) {
    static std::map<std::pair<CipherSuiteId, std::size_t>, std::unique_ptr<Scene>> scenes;
    auto& scene = scenes[{suite.id(), members}];
    if (scene == nullptr) {
        scene = std::make_unique<Scene>(make(suite, members));
    }
    return *scene;
}

}  // namespace

const ValidationPolicy& policy() {
    static const AcceptAll judge;
    static const ValidationPolicy instance{judge, UnixSeconds{1'800'000'000}, kLifetime.not_after};
    return instance;
}

Person make_person(const CipherSuite& suite, std::size_t number) {
    LeafIdentity identity{Credential{BasicCredential{to_bytes(as_bytes(std::to_string(number)))}},
                          suite.generate_signature_key_pair(system_random()),
                          capabilities_for(suite.id(), CredentialType::basic),
                          {}};
    auto key_package = generate_key_package(suite, identity, kLifetime);
    return {std::move(identity), std::move(key_package)};
}

Group found(const CipherSuite& suite, const Person& founder) {
    return need(
        Group::create(suite, to_bytes(as_bytes("a new group")), founder.identity, kLifetime));
}

ColdGroup& cold_group(const CipherSuite& suite, std::size_t members) {
    return remembered<ColdGroup>(suite, members, make_cold);
}

WarmGroup& warm_group(const CipherSuite& suite, std::size_t members) {
    return remembered<WarmGroup>(suite, members, make_warm);
}

void group_sizes(benchmark::internal::Benchmark* measured) {
    measured->ArgNames({"suite", "members"})->ArgsProduct({{3, 1}, {5, 50, 500, 1000, 5000}});
}

const CipherSuite& suite_of(const benchmark::State& state) {
    return *CipherSuite::find(static_cast<CipherSuiteId>(state.range(0)));
}

std::size_t members_of(const benchmark::State& state) {
    return static_cast<std::size_t>(state.range(1));
}

}  // namespace serai::bench::mls
