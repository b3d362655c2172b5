// A certificate authority for tests, in memory: makes good certificates and, field by field, bad ones. Everything that it
// issues is right unless an option says otherwise, so that a test can break exactly one thing.
#pragma once

#include "crypto/primitive/signature.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/strong_id.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace serai::tests {

// 2026-01-01 00:00:00 UTC: where tests stand in time unless they say otherwise.
inline constexpr UnixSeconds kTestNow{1767225600};

[[nodiscard]] inline UnixSeconds seconds_from_now(std::int64_t delta) {
    return UnixSeconds{
        static_cast<std::uint64_t>(static_cast<std::int64_t>(kTestNow.value()) + delta)};
}

inline constexpr std::int64_t kDay = 24 * 60 * 60;

struct CaOptions {
    std::optional<std::string> uri{};  // default: spiffe://<trust domain>; "": none
    std::string basic_constraints = "critical,CA:TRUE";
    std::string key_usage = "critical,keyCertSign,cRLSign";
    std::string name_constraints{};  // in OpenSSL's configuration syntax; "": none
    UnixSeconds not_before = seconds_from_now(-365 * kDay);
    UnixSeconds not_after = seconds_from_now(365 * kDay);
    std::string common_name = "test CA";
};

enum class LeafKey { ed25519, ed448, p256, p384, p521, x25519 };

struct LeafOptions {
    std::vector<std::string> uris{};
    std::string more_names{};  // further alternative names, such as "DNS:example.org"
    std::string basic_constraints = "critical,CA:FALSE";
    std::string key_usage = "critical,digitalSignature";  // "": none
    std::string extended_key_usage = "clientAuth";        // "": none
    std::string critical_extension_oid{};  // a critical extension nobody knows; "": none
    bool authority_key_id = true;
    bool damage_signature = false;
    UnixSeconds not_before = seconds_from_now(-kDay);
    UnixSeconds not_after = seconds_from_now(90 * kDay);
    LeafKey key_kind = LeafKey::ed25519;
    Bytes public_key{};  // of that kind, as MLS has it; empty: a fresh key that nobody keeps
};

struct CrlOptions {
    std::uint64_t number = 1;
    std::optional<std::string> critical_extension_oid{};
    bool with_number = true;
    bool damage_signature = false;
    UnixSeconds this_update = seconds_from_now(-60);
    UnixSeconds next_update = seconds_from_now(kDay - 60);
    std::vector<Bytes> serials{};
};

class TestCa {
  public:
    explicit TestCa(std::string trust_domain, const CaOptions& options = {});
    ~TestCa();
    TestCa(TestCa&&) noexcept;
    TestCa& operator=(TestCa&&) noexcept;

    // An intermediate CA under this one.
    [[nodiscard]] TestCa intermediate(const CaOptions& options);

    // A CA with this one's name and another key.
    [[nodiscard]] TestCa same_name(const CaOptions& options = {}) const;

    [[nodiscard]] const Bytes& certificate() const;  // DER
    [[nodiscard]] const crypto::SignatureKeyPair& key() const;
    [[nodiscard]] Bytes issue(const LeafOptions& options) const;
    [[nodiscard]] Bytes crl(const CrlOptions& options = {}) const;

    // A good device certificate for an identity of three path segments, such as "focal-point/person-1/laptop".
    [[nodiscard]] Bytes issue_device(const std::string& path, const Bytes& public_key = {}) const;
    [[nodiscard]] std::string uri(const std::string& path) const;

  private:
    struct Impl;
    explicit TestCa(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

}  // namespace serai::tests
