// Three members of a channel, and what it takes to lose it: epochs that nobody can follow, thieves, officials who let people back in.
#pragma once

#include "client/audit/openings.hpp"
#include "client/channel/rejoining.hpp"
#include "client/channel/roster.hpp"
#include "client/channel/store.hpp"
#include "tests/client/member.hpp"
#include "tests/client/rogue.hpp"
#include "tests/support/network/channel_member.hpp"

#include <gtest/gtest.h>

namespace serai::tests {

class ComingBack : public testing::Test {
  protected:
    ComingBack()
        : server(network.start_server()),
          kz(network, server.port(), "KZ"),
          kg(network, server.port(), "KG"),
          uz(network, server.port(), "UZ") {
        group = kz.found();
        kz.invite(group, kg);
        kz.invite(group, uz);
        kg.join();
        uz.join();
        must_catch_up(kz);
    }

    void must_catch_up(Member& member) {
        const auto done = member.catch_up(group);
        ASSERT_TRUE(done) << done.error().message() << ": " << member.diagnostics().explanation();
    }

    client::channel::OpenChannel open(Member& member) {
        auto channel = client::channel::load_channel(member.client().vault(), group);
        EXPECT_TRUE(channel);
        return std::move(*channel);
    }

    TestDevice device_of(Member& member, std::string_view party) {
        const auto& device = member.client().device();
        return {*protocol::network::PartyCode::parse(party),
                device.id,
                device.keys.clone("somebody got hold of this device's key"),
                device.chain};
    }

    // Somebody with the key of a device, who knows besides what `witness` can see of the channel without keys.
    ChannelMember thief_of(Member& victim, std::string_view party, Member& witness) {
        const auto seen = open(witness);
        ChannelMember thief{network, device_of(victim, party)};
        thief.pretend(group, seen.group->view(), *seen.state.cursor);
        return thief;
    }

    Member registrar_of(std::string_view party) {
        return {network, server.port(), party, "registrar/person-9/desk"};
    }

    void revoke(Member& member, std::string_view party) {
        const Bytes crl = network.crl(std::string{party}, {member.client().device().chain.front()});
        Member registrar = registrar_of(party);
        ASSERT_TRUE(registrar.context().session.call(protocol::message::PublishCrl{crl}));
    }

    void restore(Member& lost, std::string_view party) {
        Member registrar = registrar_of(party);
        ASSERT_TRUE(client::channel::restore(registrar.context(), group, lost.client().device().id))
            << registrar.diagnostics().explanation();
    }

    // A commit that all public rules allow and nobody can follow: its confirmation tag is wrong.
    void burn_an_epoch(Member& member) {
        auto own = open(member);
        const auto& keys = member.client().device().keys.private_key;
        protocol::message::ChannelAad aad;
        aad.message_id = MessageId{crypto::system_random().array<16>()};
        aad.head = *own.state.cursor;
        crypto::mls::CommitOptions options;
        options.authenticated_data = protocol::codec::encode(aad);
        options.published_info.with_external_pub = true;
        options.published_info.extensions.set(
            {crypto::mls::ExtensionType{protocol::network::kChainHeadExtension},
             protocol::codec::encode(aad.head)});
        const BelievingValidator anybody;
        auto pending = own.group->commit(member.client().device().leaf_identity(0x0003),
                                         keys,
                                         options,
                                         {anybody, now_seconds()});
        ASSERT_TRUE(pending);
        auto& commit = std::get<crypto::mls::PublicMessage>(pending->commit.value);
        commit.auth.confirmation_tag[0] ^= 1;
        pending->group_info.confirmation_tag = commit.auth.confirmation_tag;
        pending->group_info.signature =
            own.group->suite().sign(keys, "GroupInfoTBS", pending->group_info.to_be_signed());
        protocol::message::Commit request;
        request.group = group;
        request.epoch = Epoch{own.group->epoch()};
        request.commit = protocol::codec::encode(pending->commit);
        request.group_info = protocol::codec::encode(crypto::mls::MlsMessage{pending->group_info});
        const auto ordered = member.context().session.call(request);
        ASSERT_TRUE(ordered) << ordered.error().message();
    }

    std::size_t reports(Member& member) {
        const auto entries =
            client::audit::query_openings(member.context(), client::audit::channel_scope(group));
        EXPECT_TRUE(entries) << member.diagnostics().explanation();
        return entries ? static_cast<std::size_t>(std::ranges::count(
                             *entries, "report", &client::audit::VerifiedEntry::type))
                       : 0;
    }

    TestNetwork network;
    ServerProcess server;
    Member kz;
    Member kg;
    Member uz;
    GroupId group;
};

}  // namespace serai::tests
