// Requests with an effect that are under way. Each is in the vault, with the exact bytes and the request id, before it is sent,
// and leaves it in the same batch as its effect enters; so a process that dies in between repeats it and hears the same verdict.
#pragma once

#include "client/vault/vault.hpp"
#include "protocol/message/request.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace serai::client::channel {

inline constexpr std::size_t kMaxTitle = 1024;  // bytes of a channel's title

enum class TaskKind : std::uint8_t {
    publish = 1,  // key packages into the directory
    found = 2,    // found a channel, then establish it
    roster = 3,   // get an act, claim key packages, commit
    send = 4,     // an application message
    seal = 5,     // make an uploaded document visible, then announce it
    plain = 6,    // an act by itself (plain.hpp)
    rejoin = 7,   // come back into a channel by external commit
};

// struct { uint16 version = 1; ... } in the order of the members, without `number`.
struct Task {
    std::uint64_t number = 0;  // its place: tasks are carried on in this order
    TaskKind kind = TaskKind::plain;
    GroupId group;                                         // all zero where there is none
    std::optional<protocol::message::RequestFrame> frame;  // sent, or about to be
    Bytes payload;                                         // the encoded structure of its kind

    void encode(protocol::codec::Writer& writer) const;
    static Result<Task> decode(protocol::codec::Reader& reader);

    // Into the batch, or out of it.
    void save(vault::Batch& batch) const;
    void finish(vault::Batch& batch) const;
};

// All of them, in order.
[[nodiscard]] Result<std::vector<Task>> load_tasks(const vault::Vault& vault);

// A number after all others.
[[nodiscard]] Result<std::uint64_t> next_task_number(const vault::Vault& vault);

struct FoundPayload {
    std::string title;  // printable, at most kMaxTitle
    protocol::network::ChannelRules rules;

    void encode(protocol::codec::Writer& writer) const;
    static Result<FoundPayload> decode(protocol::codec::Reader& reader);
};

enum class RosterChange : std::uint8_t {
    expel = 0,
    admit = 1,
    clear = 2,  // whoever has to leave, and nothing else
};

struct RosterPayload {
    RosterChange change = RosterChange::admit;
    protocol::network::PersonId subject;               // of clear: ourselves, and not used
    std::optional<protocol::message::ActReceipt> act;  // once it is there; never of clear
    std::vector<protocol::message::KeyPackageEntry> key_packages;
    Bytes commit;  // the MLSMessage that was sent; empty when none is pending

    void encode(protocol::codec::Writer& writer) const;
    static Result<RosterPayload> decode(protocol::codec::Reader& reader);
};

// Commits of these tasks that can never be ordered, because their epoch is over, are forgotten; act and key packages stay good.
void set_back(vault::Batch& batch, std::vector<Task>& tasks);

struct SendPayload {
    MessageId message_id;
    Bytes content;     // an encoded protocol::message::Content
    Epoch epoch;       // that the ciphertext was made in
    Bytes ciphertext;  // the MLSMessage that was sent; empty before the first time

    void encode(protocol::codec::Writer& writer) const;
    static Result<SendPayload> decode(protocol::codec::Reader& reader);
};

struct RejoinPayload {
    Epoch epoch;   // that the commit was made in
    Bytes commit;  // the MLSMessage that was sent

    void encode(protocol::codec::Writer& writer) const {
        writer.strong(epoch);
        writer.vector(commit);
    }

    static Result<RejoinPayload> decode(protocol::codec::Reader& reader);
};

// What is announced once the document is sealed: an encoded Content of type document.
struct SealPayload {
    Bytes content;

    void encode(protocol::codec::Writer& writer) const { writer.vector(content); }

    static Result<SealPayload> decode(protocol::codec::Reader& reader);
};

}  // namespace serai::client::channel
