// One device in one channel, as far as the server's tests need it: MLS for real, the chain checked, nothing stored.
#pragma once

#include "crypto/mls/group/group.hpp"
#include "protocol/message/request.hpp"
#include "tests/support/network/protocol_client.hpp"

#include <optional>
#include <vector>

namespace serai::tests {

// Class `state`, all five states, focal points; a theme of its own.
[[nodiscard]] protocol::network::ChannelRules state_channel_rules();

// Believes every leaf: what a client must check is not what these tests are about.
class BelievingValidator final : public crypto::mls::CredentialValidator {
  public:
    [[nodiscard]] Result<void> validate(const crypto::mls::LeafInQuestion&) const override {
        return {};
    }

    [[nodiscard]] Result<void> validate_external_sender(
        const crypto::mls::ExternalSender&) const override {
        return {};
    }
};

// How a member comes back by external commit; as a test leaves it, it is right.
struct ReturnOptions {
    bool with_psk = true;
    std::optional<std::uint64_t> psk_epoch;        // the present one if there is none here
    const crypto::mls::PskSource* psks = nullptr;  // what our group remembers
    std::vector<protocol::message::ActReceipt> acts;
};

// One thread at a time. The network outlives it. Results are the server's refusals and MLS's errors as they come.
class ChannelMember {
  public:
    ChannelMember(const TestNetwork& network, TestDevice device);

    [[nodiscard]] const TestDevice& device() const { return device_; }

    [[nodiscard]] Result<ProtocolClient> connect(std::uint16_t port) const {
        return ProtocolClient::connect(*network_, device_, port);
    }

    // A signed act of this device.
    template <class Request>
    [[nodiscard]] Request act(const typename Request::Statement& statement) const {
        return Request{sign(statement)};
    }

    template <class Statement>
    [[nodiscard]] protocol::network::Act sign(const Statement& statement) const {
        return crypto::act::sign_statement(
            network_->network().act_context(), statement, device_.signer(), now_seconds());
    }

    // ---- coming into a channel ----

    // Fresh key packages, whose secrets stay here.
    [[nodiscard]] protocol::message::PublishKeyPackages make_key_packages(std::size_t n);

    // Founds a channel and establishes it. Its group has the server as external sender, unless a test wants it without.
    Result<void> found(ProtocolClient& client,
                       const protocol::network::ChannelRules& rules = state_channel_rules(),
                       bool with_server = true);

    // Admits these persons, claims a key package of each of their devices, and makes one commit of it.
    [[nodiscard]] Result<protocol::message::Commit> make_admission(
        ProtocolClient& client, const std::vector<protocol::network::PersonId>& persons);

    // The same, and has it ordered.
    Result<void> bring_in(ProtocolClient& client,
                          const std::vector<protocol::network::PersonId>& persons);

    // Commits every removal that the server has proposed and that process() has seen, by reference.
    [[nodiscard]] Result<protocol::message::Commit> make_removals();

    // Expels a person and commits the removal of all its devices.
    Result<void> expel(ProtocolClient& client, const protocol::network::PersonId& person);

    // Takes the newest Welcome out of the mailbox and joins.
    Result<void> join(ProtocolClient& client);

    // ---- in the channel ----

    [[nodiscard]] const GroupId& group_id() const { return group_id_; }

    [[nodiscard]] const crypto::mls::Group& group() const { return *group_; }

    [[nodiscard]] crypto::mls::Group& group() { return *group_; }

    // The newest record processed.
    [[nodiscard]] const protocol::message::ChainHead& head() const { return head_; }

    // A message that nobody can decrypt and no server can tell from a real one: framing and epoch are right, the ciphertext is
    // random. `size`: bytes of the ciphertext.
    [[nodiscard]] protocol::message::Send opaque_message(std::size_t size) const;

    // A real message.
    [[nodiscard]] Result<protocol::message::Send> message(ByteView plaintext);

    // A commit that renews our leaf. It becomes ours with confirm(), or with process() when its record comes along.
    [[nodiscard]] Result<protocol::message::Commit> make_update();

    // A commit that would end the group in favour of another one.
    [[nodiscard]] Result<protocol::message::Commit> make_reinit();

    // An external commit in our own place, for the epoch that our group is in. It becomes ours as make_update's does.
    [[nodiscard]] Result<protocol::message::Commit> make_return(ProtocolClient& client,
                                                                const ReturnOptions& options = {});

    // Makes this device a member of a group that somebody else's public view shows, so that make_return() can be tried without ever
    // having been in it.
    void pretend(const GroupId& group,
                 std::shared_ptr<const crypto::mls::PublicGroup> view,
                 const protocol::message::ChainHead& head);

    // Our commit was ordered as this record.
    void confirm(const protocol::message::ChainHead& head);

    // The next record: its place and chain hash are checked, commits are followed, messages stepped over. protocol_error (of
    // boost's generic category) if it is not the next record of the chain.
    Result<void> process(const protocol::message::RecordEntry& entry);

    // Fetches and processes whatever is new.
    Result<void> catch_up(ProtocolClient& client);

  private:
    struct Addition {
        std::vector<crypto::mls::KeyPackage> key_packages;
        protocol::message::ActReceipt act;
    };

    [[nodiscard]] crypto::mls::LeafIdentity identity() const;
    [[nodiscard]] crypto::mls::ValidationPolicy policy() const;
    [[nodiscard]] protocol::message::ChannelAad aad(
        const std::vector<protocol::message::ActReceipt>& acts = {}) const;
    [[nodiscard]] crypto::mls::Extensions head_extension() const;
    Result<Addition> obtain(ProtocolClient& client, const protocol::network::PersonId& person);
    Result<protocol::message::Commit> make_commit(
        crypto::mls::CommitOptions options, const std::vector<protocol::message::ActReceipt>& acts);
    Result<void> order(ProtocolClient& client, const protocol::message::Commit& commit);

    const TestNetwork* network_;
    TestDevice device_;
    BelievingValidator validator_;
    std::vector<crypto::mls::KeyPackageSecrets> key_packages_;
    GroupId group_id_;
    std::optional<crypto::mls::Group> group_;
    std::shared_ptr<const crypto::mls::PublicGroup> pretended_;
    protocol::message::ChainHead head_;
    std::vector<protocol::message::ActReceipt> proposed_;  // beside the server's proposals
    std::optional<crypto::mls::PendingCommit> pending_;
    Bytes pending_message_;  // the encoded commit of pending_
};

// A channel whose members are all there: the first one has founded it and brought in the others. Nothing else has
// happened in it.
class TestChannel {
  public:
    // `persons` of the five states in turn, each with `devices` devices. Connects each device once.
    static TestChannel make(const TestNetwork& network,
                            std::uint16_t port,
                            std::size_t persons = 5,
                            std::size_t devices = 1);

    [[nodiscard]] std::vector<ChannelMember>& members() { return members_; }

    [[nodiscard]] ChannelMember& member(std::size_t i) { return members_.at(i); }

    [[nodiscard]] const GroupId& group_id() const { return members_.front().group_id(); }

  private:
    std::vector<ChannelMember> members_;
};

}  // namespace serai::tests
