#include "tests/interop/mls_peer/commands.hpp"

#include <algorithm>
#include <limits>

namespace serai::tests::interop {

using namespace serai::crypto;
using namespace serai::crypto::mls;

namespace {

namespace json = boost::json;
using json::object;

using Handler = object (*)(Peer&, const Command&);

constexpr auto kLastLeaf = std::numeric_limits<std::uint32_t>::max();

std::string message_hex(auto message) {
    return to_hex(protocol::codec::encode(MlsMessage{std::move(message)}));
}

object member_json(LeafIndex index, const LeafNode& leaf) {
    object out{{"index", index.value()},
               {"signature_key", to_hex(leaf.signature_key)},
               {"credential_type", static_cast<std::uint16_t>(leaf.credential.type())}};
    if (const auto* x509 = leaf.credential.x509()) {
        json::array chain;
        for (const auto& certificate : x509->certificates) {
            chain.emplace_back(to_hex(certificate));
        }
        out["x509"] = std::move(chain);
    } else if (const auto name =
                   as_utf8(std::get<BasicCredential>(leaf.credential.value).identity)) {
        out["identity"] = *name;
    }
    return out;
}

object public_state(const PublicGroup& group) {
    json::array list;
    group.tree().for_each_member(
        [&](LeafIndex index, const LeafNode& leaf) { list.push_back(member_json(index, leaf)); });
    return {{"epoch", group.epoch()}, {"members", std::move(list)}};
}

object state_of(const Peer& peer) {
    object out = public_state(*peer.group().view());
    out["epoch_authenticator"] = to_hex(peer.group().epoch_authenticator());
    return out;
}

object state_if_any(const Peer& peer) {
    return peer.in_group() ? state_of(peer) : object{};
}

object with(object first, const object& more) {
    first.insert(more.begin(), more.end());
    return first;
}

const CipherSuite& suite_of(const Command& command) {
    const auto id = command.number("suite", std::numeric_limits<std::uint16_t>::max());
    const auto* suite = CipherSuite::find(static_cast<CipherSuiteId>(id));
    if (suite == nullptr) {
        throw Refused{"suite: not supported"};
    }
    return *suite;
}

Credential credential_of(const Command& command) {
    if (command.has("x509")) {
        return {X509Credential{command.byte_list("x509")}};
    }
    return {BasicCredential{to_bytes(as_bytes(command.text("identity")))}};
}

// The key that is given, which a certificate needs, or a new one.
SignatureKeyPair keys_of(const Command& command, const CipherSuite& suite) {
    if (!command.has("sig_priv") && !command.has("x509")) {
        return suite.generate_signature_key_pair(system_random());
    }
    return value_of(suite.signature_key_pair(SecretView::of_public(command.bytes("sig_priv"))),
                    "sig_priv");
}

object key_package(Peer& peer, const Command& command) {
    const auto& suite = suite_of(command);
    return {{"key_package",
             message_hex(
                 peer.make_key_package(suite, credential_of(command), keys_of(command, suite)))}};
}

object create_group(Peer& peer, const Command& command) {
    peer.create_group(command.bytes("group_id"));
    return state_of(peer);
}

object commit_reply(const SentCommit& sent) {
    object out{{"commit", to_hex(sent.commit)}};
    if (sent.welcome) {
        out["welcome"] = to_hex(*sent.welcome);
    }
    return out;
}

LeafIndex index_of(const Command& command) {
    return LeafIndex{static_cast<std::uint32_t>(command.number("index", kLastLeaf))};
}

PreSharedKeyId external_psk(const Command& command, Bytes nonce) {
    return {ExternalPskId{command.bytes("psk_id")}, std::move(nonce)};
}

object add(Peer& peer, const Command& command) {
    CommitOptions options;
    if (command.has("key_packages")) {
        options.adds = command.messages<KeyPackage>("key_packages");
    } else {
        options.adds.push_back(command.message<KeyPackage>("key_package"));
    }
    return commit_reply(peer.commit(std::move(options)));
}

object remove(Peer& peer, const Command& command) {
    CommitOptions options;
    options.removes.push_back(index_of(command));
    return commit_reply(peer.commit(std::move(options)));
}

object commit(Peer& peer, const Command& command) {
    CommitOptions options;
    if (command.has("psk_id")) {
        options.psks.push_back(external_psk(command, {}));
    }
    return commit_reply(peer.commit(std::move(options)));
}

object apply(Peer& peer, const Command&) {
    peer.apply();
    return state_of(peer);
}

object discard(Peer& peer, const Command&) {
    peer.discard();
    return state_of(peer);
}

object propose(Peer& peer, const Command& command) {
    const std::string type = command.text("type");
    Bytes sent;
    if (type == "add") {
        sent = peer.propose({Add{command.message<KeyPackage>("key_package")}});
    } else if (type == "remove") {
        sent = peer.propose({Remove{index_of(command)}});
    } else if (type == "update") {
        sent = peer.propose_update();
    } else if (type == "psk") {
        const auto nonce_size = peer.group().suite().hash_size();
        sent =
            peer.propose({PreSharedKey{external_psk(command, system_random().bytes(nonce_size))}});
    } else {
        throw Refused{"type must be add, remove, update or psk"};
    }
    return {{"proposal", to_hex(sent)}};
}

object join(Peer& peer, const Command& command) {
    const auto tree = command.tree_if_any("tree");
    peer.join(command.message<Welcome>("welcome"), tree ? &*tree : nullptr);
    return state_of(peer);
}

object external_join(Peer& peer, const Command& command) {
    const auto tree = command.tree_if_any("tree");
    const auto info = command.message<GroupInfo>("group_info");
    const Bytes commit = peer.join_external(info, tree ? &*tree : nullptr);
    return with({{"commit", to_hex(commit)}}, state_of(peer));
}

object handle(Peer& peer, const Command& command) {
    const Handled handled = peer.handle(command.bytes("message"));
    object out{{"kind", handled.kind == Handled::Kind::commit ? "commit" : "proposal"}};
    if (handled.left == nullptr) {
        return with(std::move(out), state_of(peer));
    }
    out["removed"] = true;
    return with(std::move(out), public_state(*handled.left));
}

// `pad` zeros, as near as can be told before signing: signatures by ECDSA differ by a byte or two.
std::size_t padded_size(const Peer& peer, const Bytes& plaintext, std::uint64_t pad) {
    const Group& group = peer.group();
    Bytes content;
    protocol::codec::Writer writer{content};
    writer.vector(plaintext);
    writer.vector(group.view()->tree().leaf(group.own_leaf())->signature);
    return content.size() + pad;
}

object protect(Peer& peer, const Command& command) {
    constexpr std::uint64_t kMostPadding = 1 << 24;
    const Bytes plaintext =
        command.has("data") ? command.bytes("data") : to_bytes(as_bytes(command.text("text")));
    const Bytes aad = command.has("aad") ? command.bytes("aad") : Bytes{};
    const std::size_t size =
        command.has("pad") ? padded_size(peer, plaintext, command.number("pad", kMostPadding)) : 0;
    return {{"message",
             message_hex(
                 value_of(peer.group().protect(peer.signer(), aad, plaintext, size), "protect"))}};
}

object unprotect(Peer& peer, const Command& command) {
    const auto opened =
        value_of(peer.group().unprotect(command.message<PrivateMessage>("message")), "unprotect");
    object out{{"data", to_hex(opened.plaintext)}, {"aad", to_hex(opened.authenticated_data)}};
    if (const auto text = as_utf8(opened.plaintext)) {
        out["text"] = *text;
    }
    return out;
}

object export_secret(Peer& peer, const Command& command) {
    constexpr std::uint64_t kMostHashes = 255;  // RFC 5869, section 2.3
    const Group& group = peer.group();
    const auto size = command.number("len", kMostHashes * group.suite().hash_size());
    const auto secret = group.export_secret(command.text("label"), command.bytes("context"), size);
    return {
        {"secret", secret.with_bytes(SecretAccess{"a test compares it with its peer's"}, to_hex)}};
}

object group_info(Peer& peer, const Command&) {
    return {{"group_info",
             message_hex(
                 peer.group().group_info(peer.signer(), {peer.settings.inline_tree, true, {}}))}};
}

object tree(Peer& peer, const Command&) {
    return {{"tree", to_hex(protocol::codec::encode(peer.group().view()->tree().to_nodes()))}};
}

object psk(Peer& peer, const Command& command) {
    peer.learn_psk(command.bytes("id"), command.bytes("secret"));
    return state_if_any(peer);
}

object set(Peer& peer, const Command& command) {
    Settings wanted = peer.settings;
    if (command.has("encrypt")) {
        wanted.encrypt = command.flag("encrypt");
    }
    if (command.has("inline_tree")) {
        wanted.inline_tree = command.flag("inline_tree");
    }
    peer.settings = wanted;
    return state_if_any(peer);
}

object state(Peer& peer, const Command&) {
    return state_of(peer);
}

Handler handler_of(std::string_view name) {
    static const std::map<std::string_view, Handler> kHandlers{
        {"key_package", key_package},
        {"create_group", create_group},
        {"add", add},
        {"remove", remove},
        {"commit", commit},
        {"apply", apply},
        {"discard", discard},
        {"propose", propose},
        {"join", join},
        {"external_join", external_join},
        {"handle", handle},
        {"protect", protect},
        {"unprotect", unprotect},
        {"export", export_secret},
        {"group_info", group_info},
        {"tree", tree},
        {"psk", psk},
        {"set", set},
        {"state", state},
    };
    const auto found = kHandlers.find(name);
    if (found == kHandlers.end()) {
        throw Refused{"cmd: unknown"};
    }
    return found->second;
}

}  // namespace

std::string answer(Peer& peer, std::string_view line) {
    try {
        const Command command{line};
        return json::serialize(with({{"ok", true}}, handler_of(command.name())(peer, command)));
    } catch (const std::exception& problem) {
        return json::serialize(object{{"ok", false}, {"error", problem.what()}});
    }
}

}  // namespace serai::tests::interop
