// What a home was set up with.
#pragma once

#include "client/connection/endpoint.hpp"
#include "protocol/codec/reader.hpp"
#include "protocol/codec/writer.hpp"
#include "protocol/network/spiffe_id.hpp"

namespace serai::client::setup {

// struct { uint16 version = 1; opaque server<V>; opaque fingerprint[32]; SpiffeId id; } Settings;
struct Settings {
    connection::Endpoint server;
    Digest fingerprint{};  // of the genesis, as given out of band
    protocol::network::SpiffeId id;

    void encode(protocol::codec::Writer& writer) const;
    static Result<Settings> decode(protocol::codec::Reader& reader);
};

}  // namespace serai::client::setup
