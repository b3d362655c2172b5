// Keys that RFC 9420 wants deleted (sections 9.2, 10 and 14.1) are not in the process's memory any more. The other member lives in a
// process of its own, so that nothing of what it still has to know is in this one.
#include "crypto/mls/group/group.hpp"
#include "tests/support/traces.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace serai::tests {
namespace {

namespace mls = crypto::mls;
using protocol::codec::decode_exact;
using protocol::codec::encode;

// Where a library binds a function of another at its first call, the dynamic linker saves the vector registers on the stack, and with them
// what was copied last. So this process starts over with everything bound, as the server's unit file has it.
class BoundAtStart final : public testing::Environment {
  public:
    void SetUp() override {
        if (std::getenv("LD_BIND_NOW") != nullptr) {
            return;
        }
        ::setenv("LD_BIND_NOW", "1", 1);
        std::ifstream file{"/proc/self/cmdline", std::ios::binary};
        std::string line{std::istreambuf_iterator<char>{file}, {}};
        std::vector<char*> arguments;
        for (std::size_t at = 0; at < line.size(); at = line.find('\0', at) + 1) {
            arguments.push_back(line.data() + at);
        }
        arguments.push_back(nullptr);
        ::execv("/proc/self/exe", arguments.data());
        FAIL() << "cannot start over";
    }
};

const auto* const kBoundAtStart = testing::AddGlobalTestEnvironment(new BoundAtStart);

class BelievingValidator final : public mls::CredentialValidator {
  public:
    [[nodiscard]] Result<void> validate(const mls::LeafInQuestion&) const override { return {}; }
};

mls::ValidationPolicy policy() {
    static const BelievingValidator validator;
    return {validator, std::nullopt};
}

constexpr auto kSuite = mls::CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519;
constexpr mls::Lifetime kLifetime{0, 365ULL * 24 * 3600};

const mls::CipherSuite& suite() {
    return *mls::CipherSuite::find(kSuite);
}

mls::LeafIdentity make_identity(std::string_view name) {
    return {mls::Credential{mls::BasicCredential{to_bytes(as_bytes(name))}},
            crypto::ed25519_generate(),
            mls::capabilities_for(kSuite, mls::CredentialType::basic),
            {}};
}

// Length and bytes, over a pipe.
void write_letter(int pipe, ByteView letter) {
    const std::uint64_t size = letter.size();
    if (::write(pipe, &size, sizeof size) != sizeof size ||
        ::write(pipe, letter.data(), letter.size()) != static_cast<ssize_t>(letter.size())) {
        ::_exit(1);
    }
}

Bytes read_letter(int pipe) {
    std::uint64_t size = 0;
    if (::read(pipe, &size, sizeof size) != sizeof size) {
        return {};
    }
    Bytes letter(size);
    std::size_t got = 0;
    while (got < size) {
        const auto n = ::read(pipe, letter.data() + got, size - got);
        if (n <= 0) {
            return {};
        }
        got += static_cast<std::size_t>(n);
    }
    return letter;
}

// The other member: brings in whoever's key package it reads, writes a message, commits, and writes another.
[[noreturn]] void correspond(int in, int out) {
    const auto identity = make_identity("other");
    const auto& signer = identity.keys.private_key;
    auto group = *mls::Group::create(suite(), {1, 2, 3}, identity, kLifetime);
    const auto key_package = *decode_exact<mls::KeyPackage>(read_letter(in));
    mls::CommitOptions options;
    options.adds.push_back(key_package);
    options.welcome_info.with_ratchet_tree = true;
    auto added = *group.commit(identity, signer, options, policy());
    write_letter(out, encode(*added.welcome));
    group = std::move(added.next);
    const auto say = [&] {
        write_letter(out, encode(*group.protect(signer, {}, as_bytes("something"))));
    };
    say();
    auto renewed = *group.commit(identity, signer, {}, policy());
    write_letter(out, encode(renewed.commit));
    group = std::move(renewed.next);
    say();
    ::_exit(0);
}

class Forgetting : public testing::Test {
  protected:
    void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        GTEST_SKIP() << "a sanitizer keeps copies of its own of what the program frees";
#endif
        std::array<int, 2> to{};
        std::array<int, 2> from{};
        ASSERT_EQ(::pipe(to.data()), 0);
        ASSERT_EQ(::pipe(from.data()), 0);
        other_ = ::fork();
        ASSERT_GE(other_, 0);
        if (other_ == 0) {
            correspond(to[0], from[1]);
        }
        ::close(to[0]);
        ::close(from[1]);
        out_ = to[1];
        in_ = from[0];
        key_package_.emplace(mls::generate_key_package(suite(), make_identity("self"), kLifetime));
    }

    void TearDown() override {
        if (other_ > 0) {
            ::close(out_);
            ::close(in_);
            ::waitpid(other_, nullptr, 0);
        }
    }

    void join() {
        write_letter(out_, encode(key_package_->key_package));
        const auto welcome = decode_exact<mls::Welcome>(read_letter(in_));
        ASSERT_TRUE(welcome);
        auto joined = mls::Group::join(*welcome, *key_package_, nullptr, policy());
        ASSERT_TRUE(joined) << joined.error().message();
        group_.emplace(std::move(*joined));
    }

    void hear() {
        const auto sealed = decode_exact<mls::PrivateMessage>(read_letter(in_));
        ASSERT_TRUE(sealed);
        const auto heard = group_->unprotect(*sealed);
        ASSERT_TRUE(heard) << heard.error().message();
        ASSERT_EQ(as_text(heard->plaintext), "something");
    }

    void follow() {
        const auto commit = decode_exact<mls::MlsMessage>(read_letter(in_));
        ASSERT_TRUE(commit);
        auto staged = group_->stage(*commit, policy());
        ASSERT_TRUE(staged) << staged.error().message();
        group_ = std::move(staged->next);
    }

    // What the group's saved state has that is secret.
    [[nodiscard]] Traces secrets() const {
        Traces all;
        all.add_secret(group_->save_secret());
        return all.without(known_to_all());
    }

    [[nodiscard]] Traces known_to_all() const {
        Traces out;
        out.add(group_->save_public());
        out.add(encode(group_->view()->context()));
        return out;
    }

    static std::size_t in_memory(const Traces& traces) {
        return traces.count_in_process(::getpid());
    }

    pid_t other_ = -1;
    int in_ = -1;
    int out_ = -1;
    std::optional<mls::KeyPackageSecrets> key_package_;
    std::optional<mls::Group> group_;
};

TEST_F(Forgetting, what_must_be_there_is_found) {
    join();

    EXPECT_GT(in_memory(secrets()), 100U);
}

TEST_F(Forgetting, the_init_key_is_gone_once_its_key_package_is_erased) {
    Traces init_key;
    init_key.add_secret(key_package_->save());
    Traces open;
    open.add(encode(key_package_->key_package));
    init_key = init_key.without(open);
    ASSERT_GT(in_memory(init_key), 0U);
    join();

    key_package_.reset();

    const auto gone = init_key.without(secrets());
    EXPECT_GT(gone.size(), 0U);
    EXPECT_EQ(in_memory(gone), 0U);
}

TEST_F(Forgetting, the_key_of_a_message_is_gone_once_it_was_read) {
    join();
    key_package_.reset();
    const Traces before = secrets();

    hear();

    const auto gone = before.without(secrets()).without(known_to_all());
    EXPECT_GT(gone.size(), 0U);
    EXPECT_EQ(in_memory(gone), 0U);
}

TEST_F(Forgetting, the_keys_of_an_epoch_are_gone_with_it) {
    join();
    key_package_.reset();
    hear();
    const Traces before = secrets();
    const Traces open = known_to_all();

    follow();

    const auto gone = before.without(secrets()).without(open).without(known_to_all());
    EXPECT_GT(gone.size(), 100U);
    EXPECT_EQ(in_memory(gone), 0U);
    hear();
    EXPECT_GT(in_memory(secrets()), 100U);
}

TEST_F(Forgetting, a_resumption_psk_stays_as_long_as_it_is_wanted_and_no_longer) {
    join();
    group_->keep_resumption_psks(1);
    const auto epoch = group_->epoch();
    Traces psk;
    psk.add_secret(group_->resumption_psk(epoch));
    hear();
    follow();

    EXPECT_GT(in_memory(psk), 0U);
    group_.reset();

    EXPECT_EQ(in_memory(psk), 0U);
}

}  // namespace
}  // namespace serai::tests
