// Certificates that a party's own CA has made and that nobody may accept, each wrong in one thing.
#pragma once

#include "crypto/x509/error.hpp"
#include "tests/crypto/x509/test_ca.hpp"

#include <string>
#include <utility>
#include <vector>

namespace serai::tests {

struct BadCertificate {
    std::string name;
    LeafOptions options;
    crypto::x509::X509Error error;
};

// For a device that would be `uri` if its certificate were good at `now`.
[[nodiscard]] inline std::vector<BadCertificate> bad_certificates(const std::string& uri,
                                                                  UnixSeconds now) {
    using crypto::x509::X509Error;
    LeafOptions good;
    good.uris = {uri};
    good.not_before = UnixSeconds{now.value() - 3600};
    good.not_after = UnixSeconds{now.value() + 3600};
    std::vector<BadCertificate> all;
    const auto add = [&](std::string name, X509Error error) -> LeafOptions& {
        all.push_back({std::move(name), good, error});
        return all.back().options;
    };
    add("expired", X509Error::expired).not_after = UnixSeconds{now.value() - 60};
    add("not_yet_valid", X509Error::not_yet_valid).not_before = UnixSeconds{now.value() + 60};
    add("of_another_usage", X509Error::wrong_key_usage).key_usage = "critical,keyAgreement";
    add("with_two_uris", X509Error::two_uris).uris = {uri, uri + "-2"};
    LeafOptions& nameless = add("without_uri", X509Error::no_uri);
    nameless.uris.clear();
    nameless.more_names = "DNS:device.example";
    return all;
}

}  // namespace serai::tests
