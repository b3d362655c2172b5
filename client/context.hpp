// What the parts of a connected client share. Built by Client (client.hpp); everything outlives whoever holds a Context.
#pragma once

#include "client/error.hpp"
#include "client/session/evidence.hpp"
#include "client/session/log_view.hpp"
#include "client/session/network_view.hpp"
#include "client/session/session.hpp"
#include "client/setup/device.hpp"
#include "client/vault/vault.hpp"
#include "storage/file/file_system.hpp"

#include <functional>

namespace serai::client {

using Clock = std::function<UnixMillis()>;

// The machine's clock.
[[nodiscard]] UnixMillis system_now();

struct Context {
    vault::Vault& vault;
    session::Session& session;
    session::LogView& log;
    session::NetworkView& network;
    session::EvidenceLocker& evidence;
    const setup::Device& device;
    Diagnostics& diagnostics;
    Clock clock = system_now;
    storage::file::FileSystem& files = storage::file::machine_file_system();

    [[nodiscard]] UnixSeconds now_seconds() const {
        constexpr std::uint64_t kMillis = 1000;
        return UnixSeconds{clock().value() / kMillis};
    }

    // Signs a statement of protocol/network/statement.hpp as this device.
    template <class Statement>
    [[nodiscard]] protocol::network::Act sign(const Statement& statement) const {
        return crypto::act::sign_statement(
            network.network().act_context(), statement, device.signer(), now_seconds());
    }
};

}  // namespace serai::client
