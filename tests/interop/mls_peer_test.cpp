// The program mls_peer by itself: its manners, and two of it against each other.
#include "tests/interop/peer_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <string>
#include <string_view>
#include <tuple>

namespace serai::tests::interop {

namespace {

namespace json = boost::json;
using json::object;

constexpr int kDefaultSuite = 3;

json::value field(const object& reply, const char* name) {
    return reply.at(name);
}

// What members of one epoch have in common.
object state_of(PeerProcess& peer) {
    auto state = peer.call("state");
    state.erase("ok");
    return state;
}

json::value key_package(PeerProcess& peer, const char* identity, int suite = kDefaultSuite) {
    return field(peer.call("key_package", {{"suite", suite}, {"identity", identity}}),
                 "key_package");
}

void found(PeerProcess& peer, const char* identity, int suite = kDefaultSuite) {
    key_package(peer, identity, suite);
    peer.call("create_group", {{"group_id", "0123456789"}});
}

// One says something, the other reads it.
void expect_heard(PeerProcess& from, PeerProcess& to) {
    const auto message =
        field(from.call("protect", {{"text", "Салом"}, {"aad", "0a0b"}}), "message");
    const auto opened = to.call("unprotect", {{"message", message}});
    EXPECT_EQ(field(opened, "text"), "Салом");
    EXPECT_EQ(field(opened, "data"), "d0a1d0b0d0bbd0bed0bc");
    EXPECT_EQ(field(opened, "aad"), "0a0b");
}

void expect_agreement(PeerProcess& a, PeerProcess& b) {
    EXPECT_EQ(state_of(a), state_of(b));
    const object wanted{{"label", "test"}, {"context", "ff"}, {"len", 48}};
    const auto secret = field(a.call("export", wanted), "secret");
    EXPECT_EQ(secret, field(b.call("export", wanted), "secret"));
    EXPECT_EQ(secret.as_string().size(), 96U);
    expect_heard(a, b);
    expect_heard(b, a);
}

// `from` commits; both take the commit in.
void pass_commit(PeerProcess& from, PeerProcess& to, std::string_view command, object fields = {}) {
    const auto commit = field(from.call(command, std::move(fields)), "commit");
    EXPECT_EQ(field(to.call("handle", {{"message", commit}}), "kind"), "commit");
    from.call("apply");
    expect_agreement(from, to);
}

void pass_proposal(PeerProcess& from, PeerProcess& to, object fields) {
    const auto proposal = field(from.call("propose", std::move(fields)), "proposal");
    EXPECT_EQ(field(to.call("handle", {{"message", proposal}}), "kind"), "proposal");
}

// A founder and one member whom it added.
class Pair {
  public:
    explicit Pair(int suite = kDefaultSuite, object settings = {}) {
        ann.call("set", settings);
        ben.call("set", settings);
        found(ann, "ann", suite);
        const auto added = ann.call("add", {{"key_package", key_package(ben, "ben", suite)}});
        commit = field(added, "commit");
        object join{{"welcome", field(added, "welcome")}};
        ann.call("apply");
        if (settings.contains("inline_tree") && !settings.at("inline_tree").as_bool()) {
            join["tree"] = field(ann.call("tree"), "tree");
        }
        ben.call("join", join);
    }

    PeerProcess ann;
    PeerProcess ben;
    json::value commit;  // the one that added ben
};

std::string flipped(json::value message) {
    auto& text = message.as_string();
    auto& digit = text[text.size() / 2];
    digit = digit == '0' ? '1' : '0';
    return {text.data(), text.size()};
}

}  // namespace

// How handshakes travel.
class MlsPeerHandshakes : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(both, MlsPeerHandshakes, testing::Bool());

// Suite, and whether handshakes are encrypted.
class MlsPeerSettings : public testing::TestWithParam<std::tuple<int, bool>> {};

INSTANTIATE_TEST_SUITE_P(all,
                         MlsPeerSettings,
                         testing::Combine(testing::Values(1, 3), testing::Bool()));

TEST_P(MlsPeerSettings, two_peers_agree_after_every_kind_of_step) {
    const auto [suite, encrypt] = GetParam();
    Pair pair{suite, {{"encrypt", encrypt}}};
    auto& [ann, ben, commit] = pair;
    const std::string start = encrypt ? "00010002" : "00010001";  // version, wire format
    EXPECT_EQ(std::string{commit.as_string()}.substr(0, 8), start);
    expect_agreement(ann, ben);

    pass_commit(ann, ben, "commit");
    pass_commit(ben, ann, "commit");
    pass_proposal(ann, ben, {{"type", "update"}});
    pass_commit(ben, ann, "commit");
    for (auto* peer : {&ann, &ben}) {
        peer->call("psk", {{"id", "aa"}, {"secret", "00112233"}});
    }
    pass_commit(ann, ben, "commit", {{"psk_id", "aa"}});
    pass_proposal(ann, ben, {{"type", "psk"}, {"psk_id", "aa"}});
    pass_commit(ben, ann, "commit");
    PeerProcess carl;
    pass_proposal(ben, ann, {{"type", "add"}, {"key_package", key_package(carl, "carl", suite)}});
    pass_commit(ann, ben, "commit");
    pass_proposal(ben, ann, {{"type", "remove"}, {"index", 2}});
    pass_commit(ann, ben, "commit");

    EXPECT_EQ(field(state_of(ann), "epoch"), 8);
}

TEST(MlsPeer, shows_each_member_with_index_key_and_identity) {
    Pair pair;

    const auto members = field(state_of(pair.ben), "members").as_array();

    ASSERT_EQ(members.size(), 2U);
    EXPECT_EQ(members[1].at("index"), 1);
    EXPECT_EQ(members[1].at("credential_type"), 1);
    EXPECT_EQ(members[1].at("identity"), "ben");
    EXPECT_EQ(members[1].at("signature_key").as_string().size(), 64U);
    EXPECT_NE(members[0].at("signature_key"), members[1].at("signature_key"));
}

TEST(MlsPeer, adds_several_with_one_welcome) {
    PeerProcess ann;
    PeerProcess ben;
    PeerProcess carl;
    found(ann, "ann");
    const json::array packages{key_package(ben, "ben"), key_package(carl, "carl")};
    const auto added = ann.call("add", {{"key_packages", packages}});
    ann.call("apply");

    ben.call("join", {{"welcome", field(added, "welcome")}});
    carl.call("join", {{"welcome", field(added, "welcome")}});

    expect_agreement(ann, carl);
    expect_agreement(ben, carl);
}

TEST(MlsPeer, gives_the_tree_beside_the_welcome_when_it_is_not_inside) {
    Pair pair{kDefaultSuite, {{"inline_tree", false}}};
    expect_agreement(pair.ann, pair.ben);

    PeerProcess carl;
    const auto added = pair.ann.call("add", {{"key_package", key_package(carl, "carl")}});
    pair.ann.call("apply");

    carl.refusal("join", {{"welcome", field(added, "welcome")}});
    carl.call(
        "join",
        {{"welcome", field(added, "welcome")}, {"tree", field(pair.ann.call("tree"), "tree")}});
    expect_agreement(pair.ann, carl);
}

TEST(MlsPeer, lets_itself_in_with_a_group_info_and_the_tree_inside_or_beside_it) {
    for (const bool inside : {true, false}) {
        Pair pair{kDefaultSuite, {{"inline_tree", inside}}};
        PeerProcess carl;
        key_package(carl, "carl");
        object join{{"group_info", field(pair.ann.call("group_info"), "group_info")}};
        if (!inside) {
            carl.refusal("external_join", join);
            join["tree"] = field(pair.ann.call("tree"), "tree");
        }

        const auto joined = carl.call("external_join", join);

        EXPECT_EQ(field(joined, "epoch"), 2);
        EXPECT_EQ(field(carl.call("handle", {{"message", field(joined, "commit")}}), "epoch"), 2);
        for (PeerProcess* member : {&pair.ann, &pair.ben}) {
            const auto told = member->call("handle", {{"message", field(joined, "commit")}});
            EXPECT_EQ(field(told, "kind"), "commit");
            expect_agreement(*member, carl);
        }
    }
}

TEST(MlsPeer, replaces_its_own_leaf_when_it_lets_itself_in_again) {
    Pair pair;
    const auto info = field(pair.ann.call("group_info"), "group_info");

    const auto joined = pair.ben.call("external_join", {{"group_info", info}});
    pair.ann.call("handle", {{"message", field(joined, "commit")}});

    expect_agreement(pair.ann, pair.ben);
    EXPECT_EQ(field(state_of(pair.ann), "members").as_array().size(), 2U);
    // What the GroupInfo described is over.
    PeerProcess late;
    key_package(late, "late");
    const auto too_late = late.call("external_join", {{"group_info", info}});
    pair.ann.refusal("handle", {{"message", field(too_late, "commit")}});
    expect_agreement(pair.ann, pair.ben);
}

TEST(MlsPeer, is_told_that_it_was_removed_and_may_join_again) {
    Pair pair;
    const auto commit = field(pair.ann.call("remove", {{"index", 1}}), "commit");
    pair.ann.call("apply");

    const auto told = pair.ben.call("handle", {{"message", commit}});

    EXPECT_EQ(field(told, "removed"), true);
    EXPECT_EQ(field(told, "epoch"), 2);
    EXPECT_EQ(field(told, "members").as_array().size(), 1U);
    EXPECT_FALSE(told.contains("epoch_authenticator"));
    pair.ben.refusal("state");

    const auto added = pair.ann.call("add", {{"key_package", key_package(pair.ben, "ben")}});
    pair.ann.call("apply");
    pair.ben.call("join", {{"welcome", field(added, "welcome")}});
    expect_agreement(pair.ann, pair.ben);
}

TEST_P(MlsPeerHandshakes, merges_its_own_commit_when_it_comes_back) {
    Pair pair{kDefaultSuite, {{"encrypt", GetParam()}}};
    const auto commit = field(pair.ann.call("commit"), "commit");

    EXPECT_EQ(field(pair.ann.call("handle", {{"message", commit}}), "kind"), "commit");

    pair.ben.call("handle", {{"message", commit}});
    expect_agreement(pair.ann, pair.ben);
    pair.ann.refusal("apply");
    EXPECT_EQ(field(pair.ann.call("handle", {{"message", commit}}), "kind"), "commit");
    expect_agreement(pair.ann, pair.ben);
}

TEST(MlsPeer, drops_its_pending_commit_for_another_one_that_won) {
    Pair pair;
    pair.ann.call("commit");
    const auto winner = field(pair.ben.call("commit"), "commit");
    pair.ben.call("apply");

    pair.ann.call("handle", {{"message", winner}});

    expect_agreement(pair.ann, pair.ben);
    pair.ann.refusal("apply");
}

TEST(MlsPeer, goes_on_in_its_epoch_after_discard) {
    Pair pair;
    const auto before = state_of(pair.ann);
    const auto commit = field(pair.ann.call("commit"), "commit");

    pair.ann.call("discard");

    EXPECT_EQ(state_of(pair.ann), before);
    pair.ann.refusal("handle", {{"message", commit}});
    pair.ann.refusal("discard");
    expect_agreement(pair.ann, pair.ben);
}

TEST_P(MlsPeerHandshakes, recognises_its_own_proposal) {
    Pair pair{kDefaultSuite, {{"encrypt", GetParam()}}};
    const auto proposal = field(pair.ann.call("propose", {{"type", "update"}}), "proposal");

    EXPECT_EQ(field(pair.ann.call("handle", {{"message", proposal}}), "kind"), "proposal");
}

TEST(MlsPeer, commits_the_best_of_the_proposals_that_clash) {
    Pair pair;
    PeerProcess carl;
    const auto added = pair.ann.call("add", {{"key_package", key_package(carl, "carl")}});
    pair.ann.call("apply");
    pair.ben.call("handle", {{"message", field(added, "commit")}});
    carl.call("join", {{"welcome", field(added, "welcome")}});
    // Two Updates of one member and the removal of it; an Update of the committer's own.
    for (PeerProcess* proposer : {&carl, &carl, &pair.ben, &pair.ann}) {
        const bool removal = proposer == &pair.ben;
        const auto proposal =
            field(proposer->call("propose",
                                 removal ? object{{"type", "remove"}, {"index", 2}}
                                         : object{{"type", "update"}}),
                  "proposal");
        for (PeerProcess* member : {&pair.ann, &pair.ben, &carl}) {
            member->call("handle", {{"message", proposal}});
        }
    }

    pass_commit(pair.ann, pair.ben, "commit");

    EXPECT_EQ(field(state_of(pair.ann), "members").as_array().size(), 2U);
}

TEST(MlsPeer, pads_by_as_many_bytes_as_it_is_told) {
    Pair pair;
    const auto size = [&](int pad) {
        const auto message =
            field(pair.ann.call("protect", {{"text", "x"}, {"pad", pad}}), "message");
        pair.ben.call("unprotect", {{"message", message}});
        return message.as_string().size() / 2;
    };

    const auto plain = size(0);

    EXPECT_EQ(size(10), plain + 10);
    EXPECT_EQ(size(1), plain + 1);
}

TEST(MlsPeer, carries_bytes_that_are_no_text) {
    Pair pair;
    const auto message = field(pair.ann.call("protect", {{"data", "00ff"}}), "message");

    const auto opened = pair.ben.call("unprotect", {{"message", message}});

    EXPECT_EQ(field(opened, "data"), "00ff");
    EXPECT_FALSE(opened.contains("text"));
}

TEST_P(MlsPeerHandshakes, refuses_a_changed_message_and_takes_the_genuine_one_afterwards) {
    Pair pair{kDefaultSuite, {{"encrypt", GetParam()}}};
    const auto application = field(pair.ann.call("protect", {{"text", "x"}}), "message");
    const auto proposal = field(pair.ann.call("propose", {{"type", "update"}}), "proposal");
    const auto before = state_of(pair.ben);

    pair.ben.refusal("unprotect", {{"message", flipped(application)}});
    pair.ben.refusal("handle", {{"message", flipped(proposal)}});

    EXPECT_EQ(state_of(pair.ben), before);
    pair.ben.call("unprotect", {{"message", application}});
    pair.ben.refusal("unprotect", {{"message", application}});
    pair.ben.call("handle", {{"message", proposal}});
    const auto commit = field(pair.ben.call("commit"), "commit");
    pair.ann.refusal("handle", {{"message", flipped(commit)}});
    EXPECT_EQ(state_of(pair.ann), before);
    pair.ann.call("handle", {{"message", commit}});
    pair.ben.call("apply");
    expect_agreement(pair.ann, pair.ben);
}

TEST_P(MlsPeerHandshakes, refuses_a_commit_until_it_has_what_the_commit_refers_to) {
    Pair pair{kDefaultSuite, {{"encrypt", GetParam()}}};
    pair.ann.call("psk", {{"id", "aa"}, {"secret", "00112233"}});
    const auto proposal =
        field(pair.ann.call("propose", {{"type", "psk"}, {"psk_id", "aa"}}), "proposal");
    const auto commit = field(pair.ann.call("commit"), "commit");
    const auto before = state_of(pair.ben);

    pair.ben.refusal("handle", {{"message", commit}});
    pair.ben.call("handle", {{"message", proposal}});
    pair.ben.refusal("handle", {{"message", commit}});
    EXPECT_EQ(state_of(pair.ben), before);
    pair.ben.call("psk", {{"id", "aa"}, {"secret", "00112233"}});
    pair.ben.call("handle", {{"message", commit}});

    pair.ann.call("apply");
    expect_agreement(pair.ann, pair.ben);
}

TEST(MlsPeer, refuses_what_is_not_for_it_and_keeps_its_state) {
    Pair pair;
    PeerProcess stranger;
    found(stranger, "eve");
    const auto before = state_of(pair.ben);
    const auto foreign = field(stranger.call("commit"), "commit");
    const auto welcome =
        field(stranger.call("add", {{"key_package", key_package(pair.ann, "ann")}}), "welcome");
    const auto application = field(pair.ann.call("protect", {{"text", "x"}}), "message");

    pair.ben.refusal("handle", {{"message", foreign}});
    pair.ben.refusal("handle", {{"message", pair.commit}});  // of the epoch before
    pair.ben.refusal("handle", {{"message", application}});
    pair.ben.refusal("handle", {{"message", welcome}});
    pair.ben.refusal("join", {{"welcome", welcome}});
    pair.ben.refusal("unprotect", {{"message", foreign}});

    EXPECT_EQ(state_of(pair.ben), before);
    expect_agreement(pair.ann, pair.ben);
}

TEST(MlsPeer, answers_what_is_no_command_with_an_error_and_serves_the_next) {
    Pair pair;
    const auto before = state_of(pair.ann);
    for (const std::string_view line : {
             "",
             "nonsense",
             "{",
             "[]",
             "null",
             "{}",
             R"({"cmd":1})",
             R"({"cmd":"dance"})",
             R"({"cmd":"state"} trailing)",
             R"({"cmd":"key_package","suite":3})",
             R"({"cmd":"key_package","suite":"3","identity":"x"})",
             R"({"cmd":"key_package","suite":-3,"identity":"x"})",
             R"({"cmd":"key_package","suite":999,"identity":"x"})",
             R"({"cmd":"key_package","suite":70000,"identity":"x"})",
             R"({"cmd":"key_package","suite":3,"x509":["00"],"sig_priv":"00"})",
             R"({"cmd":"key_package","suite":3,"x509":"00"})",
             R"({"cmd":"key_package","suite":3,"x509":[]})",
             R"({"cmd":"create_group"})",
             R"({"cmd":"create_group","group_id":"0"})",
             R"({"cmd":"create_group","group_id":"zz"})",
             R"({"cmd":"add"})",
             R"({"cmd":"add","key_package":"00010005"})",
             R"({"cmd":"add","key_packages":"00"})",
             R"({"cmd":"remove"})",
             R"({"cmd":"remove","index":0})",
             R"({"cmd":"remove","index":7})",
             R"({"cmd":"remove","index":4294967296})",
             R"({"cmd":"commit","psk_id":"77"})",
             R"({"cmd":"propose"})",
             R"({"cmd":"propose","type":"dance"})",
             R"({"cmd":"propose","type":"remove","index":9})",
             R"({"cmd":"join"})",
             R"({"cmd":"join","welcome":""})",
             R"({"cmd":"external_join"})",
             R"({"cmd":"external_join","group_info":"00010003"})",
             R"({"cmd":"handle"})",
             R"({"cmd":"handle","message":[]})",
             R"({"cmd":"protect"})",
             R"({"cmd":"protect","text":"x","pad":-1})",
             R"({"cmd":"unprotect","message":"0001"})",
             R"({"cmd":"export","label":"x","context":"","len":1000000})",
             R"({"cmd":"export","label":"x","len":1})",
             R"({"cmd":"psk","id":"00"})",
             R"({"cmd":"set","inline_tree":"yes"})",
             R"({"cmd":"set","encrypt":true,"inline_tree":"yes"})",
         }) {
        const auto reply = pair.ann.send(line);
        EXPECT_EQ(field(reply, "ok"), false) << line;
        EXPECT_FALSE(field(reply, "error").as_string().empty()) << line;
        EXPECT_EQ(reply.size(), 2U) << line;
    }
    EXPECT_EQ(state_of(pair.ann), before);
    expect_agreement(pair.ann, pair.ben);
}

TEST(MlsPeer, asks_for_a_key_package_and_a_group_before_it_uses_them) {
    PeerProcess ann;

    EXPECT_EQ(ann.refusal("create_group", {{"group_id", "00"}}), "make a key package first");
    EXPECT_EQ(ann.refusal("state"), "not in a group");
    EXPECT_EQ(ann.refusal("commit"), "not in a group");
    EXPECT_EQ(ann.refusal("handle", {{"message", "00"}}), "not in a group");
    EXPECT_EQ(ann.call("psk", {{"id", "00"}, {"secret", "00"}}), (object{{"ok", true}}));
}

TEST(MlsPeer, exits_cleanly_when_its_input_ends_even_within_a_line) {
    PeerProcess ann;
    std::string printed;

    const int status = ann.finish(R"({"cmd":"state"})", printed);

    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    EXPECT_EQ(printed,
              R"({"ok":false,"error":"not in a group"})"
              "\n");
}

}  // namespace serai::tests::interop
