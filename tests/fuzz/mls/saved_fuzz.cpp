// State that was saved and damaged since: a real group, key package and pending commit of a real group, changed where the input says. Loading may
// refuse it, and what it takes must be sound enough to be saved and loaded again.
//
// The input: which state, then its new length (u16, modulo the old one plus one), then edits of three bytes each: place (u16, modulo the
// length), value.
#include "crypto/mls/group/group.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/deterministic_random.hpp"

namespace serai::fuzz {
namespace {

using namespace crypto::mls;
using crypto::SecretAccess;
using crypto::SecretView;

const SecretAccess kNoSecret{"a fuzzer's state is no secret"};

template <class Blob>
Bytes open(const Blob& blob) {
    return blob.with_bytes(kNoSecret, [](ByteView bytes) { return to_bytes(bytes); });
}

struct NobodyJudges final : CredentialValidator {
    Result<void> validate(const LeafInQuestion&) const override { return {}; }
};

// What a device keeps of a group of two with a commit of its own under way.
struct Saved {
    Bytes public_state;
    Bytes secret_state;
    Bytes pending_public;
    Bytes pending_secret;
    Bytes key_package;
};

LeafIdentity identity_of(std::string_view name, crypto::Random& random) {
    Credential credential;
    credential.value = BasicCredential{to_bytes(as_bytes(name))};
    return {std::move(credential),
            crypto::ed25519_generate(random),
            capabilities_for(CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519,
                             CredentialType::basic),
            {}};
}

Saved make_saved() {
    const auto* suite = CipherSuite::find(CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519);
    tests::DeterministicRandom random{1};
    const LeafIdentity alice = identity_of("alice", random);
    const LeafIdentity bob = identity_of("bob", random);
    const Lifetime lifetime{0, 1000};
    Group group = *Group::create(*suite, to_bytes(as_bytes("group")), alice, lifetime, {}, random);
    const KeyPackageSecrets invited = generate_key_package(*suite, bob, lifetime, {}, random);
    const NobodyJudges judge;
    const ValidationPolicy policy{judge, std::nullopt};
    CommitOptions options;
    options.adds = {invited.key_package};
    PendingCommit pending = *group.commit(alice, alice.keys.private_key, options, policy, random);
    const SavedGroup of_pending = pending.save();
    Group next = std::move(pending.next);
    static_cast<void>(
        *next.protect(alice.keys.private_key, {}, as_bytes("a key was used"), 0, random));
    const SavedGroup of_group = next.save();
    return {of_group.public_state,
            open(of_group.secret_state),
            of_pending.public_state,
            open(of_pending.secret_state),
            open(invited.save())};
}

Bytes damaged(const Bytes& sound, protocol::codec::Reader& edits) {
    Bytes bytes = sound;
    const auto length = edits.u16();
    bytes.resize(length && *length != 0 ? *length % (sound.size() + 1) : sound.size());
    while (!bytes.empty()) {
        const auto place = edits.u16();
        const auto value = edits.u8();
        if (!place || !value) {
            break;
        }
        bytes[*place % bytes.size()] = *value;
    }
    return bytes;
}

void check_group(ByteView public_state, ByteView secret_state) {
    const auto group = Group::load(public_state, SecretView::of_public(secret_state));
    if (group) {
        const SavedGroup again = group->save();
        require(Group::load(again.public_state, again.secret_state).has_value(),
                "a group that was loaded can be saved and loaded");
    }
}

void check_pending(ByteView public_state, ByteView secret_state) {
    const auto pending = PendingCommit::load(public_state, SecretView::of_public(secret_state));
    if (pending) {
        const SavedGroup again = pending->save();
        require(PendingCommit::load(again.public_state, again.secret_state).has_value(),
                "a commit that was loaded can be saved and loaded");
    }
}

void check_key_package(ByteView bytes) {
    const auto secrets = KeyPackageSecrets::load(SecretView::of_public(bytes));
    if (secrets) {
        require(equal(open(secrets->save()), bytes), "a key package has one form");
    }
}

void check_saved(ByteView input) {
    static const Saved kSaved = make_saved();
    protocol::codec::Reader edits{input};
    const auto choice = edits.u8();
    if (!choice) {
        return;
    }
    switch (*choice % 5) {
        case 0:
            return check_group(damaged(kSaved.public_state, edits), kSaved.secret_state);
        case 1:
            return check_group(kSaved.public_state, damaged(kSaved.secret_state, edits));
        case 2:
            return check_pending(damaged(kSaved.pending_public, edits), kSaved.pending_secret);
        case 3:
            return check_pending(kSaved.pending_public, damaged(kSaved.pending_secret, edits));
        default:
            return check_key_package(damaged(kSaved.key_package, edits));
    }
}

}  // namespace
}  // namespace serai::fuzz

SERAI_FUZZ_TARGET(serai::fuzz::check_saved)
