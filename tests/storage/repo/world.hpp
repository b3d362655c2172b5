// A server's storage without the server: repositories and pipeline over any store, devices that ask, channels with real MLS
// groups. Acts carry no valid signature, since verifying one is not storage's part.
#pragma once

#include "crypto/mls/group/group.hpp"
#include "protocol/message/request.hpp"
#include "storage/audit/consistency_check.hpp"
#include "storage/commit/pipeline.hpp"
#include "storage/kv/store.hpp"
#include "storage/repo/channel_intents.hpp"
#include "storage/repo/directory.hpp"
#include "storage/repo/documents.hpp"
#include "storage/repo/mailbox.hpp"
#include "storage/repo/network.hpp"
#include "storage/repo/openings.hpp"
#include "storage/repo/repositories.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace serai::tests {

struct Device {
    protocol::network::SpiffeId id;
    protocol::network::PartyCode party;
};

// A focal point's device: spiffe://<party, lower case>.example/focal-point/<person>/<device>.
[[nodiscard]] Device device(const std::string& party,
                            const std::string& person = "person-1",
                            const std::string& name = "laptop");

[[nodiscard]] protocol::network::PartyCode party(const std::string& code);

// Collects answers. Thread-safe.
class Answers final : public storage::commit::CompletionSink {
  public:
    void complete(std::vector<storage::commit::Completion> completions) override;

    // Blocks until the answer is there.
    [[nodiscard]] storage::commit::Verdict wait(std::uint64_t token);

    [[nodiscard]] std::size_t calls() const;

  private:
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::map<std::uint64_t, storage::commit::Verdict> verdicts_;
    std::size_t calls_ = 0;
};

// Repositories and pipeline while they are open. One World per life of the server.
class World {
  public:
    static constexpr const char* kOrigin = "log.example/serai";

    // Records genesis if the log is empty and the store takes it. Throws if the store does not open.
    explicit World(storage::kv::Store& store, storage::commit::PipelineOptions options = {});
    ~World();

    [[nodiscard]] storage::repo::Repositories& repositories() { return *repositories_; }

    [[nodiscard]] storage::commit::Pipeline& pipeline() { return *pipeline_; }

    [[nodiscard]] storage::kv::Store& store() { return store_; }

    // A request with a fresh id.
    [[nodiscard]] storage::commit::Asked ask(const Device& device) const;

    // An act of the device with a fresh id and fresh salts.
    template <class Statement>
    [[nodiscard]] protocol::network::Act act(const Device& device,
                                             const Statement& statement) const {
        return act(device, Statement::kKind, statement.values());
    }

    [[nodiscard]] protocol::network::Act act(const Device& device,
                                             protocol::network::ActKind kind,
                                             protocol::network::NamedValues values) const;

    // Submits and waits.
    [[nodiscard]] storage::commit::Verdict submit(storage::repo::Prepared intent);

    // prepare() and submit().
    template <class Input>
    [[nodiscard]] storage::commit::Verdict run(const storage::commit::Asked& asked, Input input) {
        return submit(storage::repo::prepare(*repositories_, asked, std::move(input)));
    }

    template <class Input>
    [[nodiscard]] storage::commit::Verdict run(const Device& device, Input input) {
        return run(ask(device), std::move(input));
    }

    template <class Input>
    [[nodiscard]] storage::commit::Verdict run_as_server(Input input) {
        return submit(storage::repo::prepare(*repositories_, std::move(input)));
    }

    // Submits without waiting; the answer comes under the returned token.
    [[nodiscard]] std::uint64_t start(storage::repo::Prepared intent);

    [[nodiscard]] Answers& answers() { return *answers_; }

    [[nodiscard]] std::vector<storage::commit::Event> events() const;

    [[nodiscard]] UnixMillis now() const { return UnixMillis{clock_.load()}; }

    void advance(std::uint64_t millis) { clock_ += millis; }

  private:
    void record_genesis();

    storage::kv::Store& store_;
    std::atomic<std::uint64_t> clock_{1'800'000'000'000};
    std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
    std::atomic<std::uint64_t> next_token_{1};
    mutable std::mutex mutex_;
    std::vector<storage::commit::Event> events_;
    std::unique_ptr<storage::repo::Repositories> repositories_;
    std::unique_ptr<storage::commit::Pipeline> pipeline_;
};

// The decoded response; throws if the verdict is a refusal or does not decode.
template <class Response>
[[nodiscard]] Response response(const storage::commit::Verdict& verdict) {
    if (verdict.error) {
        throw std::runtime_error{"refused: " + std::string{name(*verdict.error)}};
    }
    auto decoded = protocol::codec::decode_exact<Response>(*verdict.body);
    if (!decoded) {
        throw std::runtime_error{"a response that does not decode"};
    }
    return std::move(*decoded);
}

// All parties, focal points.
[[nodiscard]] protocol::network::ChannelRules rules();

// A channel and the secrets of its founder, who makes every commit; any member may ask for it. One thread at a time.
class TestChannel {
  public:
    // Founds and establishes; throws on refusal.
    TestChannel(World& world, Device founder);

    [[nodiscard]] const GroupId& group() const { return group_id_; }

    [[nodiscard]] storage::repo::ChannelPtr load(World& world) const;

    [[nodiscard]] Epoch epoch() const { return Epoch{mls_->epoch()}; }

    [[nodiscard]] storage::repo::AppendMessage message(World& world,
                                                       std::string_view text,
                                                       std::optional<Epoch> epoch = {}) const;

    // A commit in the making: submit `input`, and call take() if it won.
    struct Made {
        storage::repo::ApplyCommit input;
        crypto::mls::PendingCommit pending;
    };

    // Renews the founder's leaf; adds and removes whom the acts say.
    [[nodiscard]] Made make_commit(World& world,
                                   const std::vector<Device>& added = {},
                                   const std::vector<Device>& removed = {},
                                   std::vector<protocol::message::ActReceipt> acts = {});

    void take(Made made) { mls_.emplace(std::move(made.pending.next)); }

    // Records the acts of the founder and commits them.
    storage::commit::Verdict admit(World& world, const std::vector<Device>& added);
    storage::commit::Verdict expel(World& world, const Device& removed);

    // Records one act, asked for by the founder.
    [[nodiscard]] storage::commit::Verdict record_act(World& world,
                                                      protocol::network::ActKind kind,
                                                      const Device& subject) const;

  private:
    Device founder_;
    crypto::SignatureKeyPair keys_;
    GroupId group_id_;
    std::optional<crypto::mls::Group> mls_;
};

// Empty if the store is consistent; else the problems.
[[nodiscard]] std::string find_inconsistency(const storage::kv::Store& store);

}  // namespace serai::tests
