// Reading and judging one entry of the working group's vector files (formats: mlswg/mls-implementations, test-vectors.md).
#pragma once

#include "crypto/mls/cipher_suite.hpp"
#include "crypto/secret/secret.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/codec/reader.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace serai::tests::mls {

// The case does not hold; the text says what.
class VectorFailed : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// The case names a cipher suite that is not built in.
class VectorNotSupported : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// A JSON object of a vector file. Borrows; a member that is missing or of another type fails the case.
class VectorCase {
  public:
    explicit VectorCase(const boost::json::value& value) : object_(&value.as_object()) {}

    [[nodiscard]] const boost::json::value& at(std::string_view name) const {
        return object_->at(name);
    }

    [[nodiscard]] bool has(std::string_view name) const {
        return object_->contains(name) && !object_->at(name).is_null();
    }

    [[nodiscard]] VectorCase object(std::string_view name) const { return VectorCase{at(name)}; }

    [[nodiscard]] const boost::json::array& array(std::string_view name) const {
        return at(name).as_array();
    }

    [[nodiscard]] Bytes bytes(std::string_view name) const { return hex(at(name)); }

    [[nodiscard]] std::string text(std::string_view name) const {
        return std::string{at(name).as_string()};
    }

    [[nodiscard]] std::uint64_t number(std::string_view name) const {
        return at(name).to_number<std::uint64_t>();
    }

    [[nodiscard]] std::uint32_t number32(std::string_view name) const {
        return at(name).to_number<std::uint32_t>();
    }

    // A key or secret, which vectors publish.
    template <class Secret>
    [[nodiscard]] Secret secret(std::string_view name) const {
        return Secret::from_bytes(bytes(name));
    }

    // The object decoded with nothing left over.
    template <class T>
    [[nodiscard]] T decoded(std::string_view name) const {
        return decode<T>(at(name), name);
    }

    // Throws VectorNotSupported.
    [[nodiscard]] const crypto::mls::CipherSuite& suite() const {
        const auto* found = crypto::mls::CipherSuite::find(
            static_cast<crypto::mls::CipherSuiteId>(at("cipher_suite").to_number<std::uint16_t>()));
        if (found == nullptr) {
            throw VectorNotSupported{"cipher suite"};
        }
        return *found;
    }

    [[nodiscard]] static Bytes hex(const boost::json::value& value) {
        const auto& text = value.as_string();
        auto bytes = from_hex({text.data(), text.size()});
        if (!bytes) {
            throw VectorFailed{"not hexadecimal"};
        }
        return *bytes;
    }

    template <class T>
    [[nodiscard]] static T decode(const boost::json::value& value, std::string_view what) {
        auto decoded = protocol::codec::decode_exact<T>(hex(value));
        if (!decoded) {
            throw VectorFailed{std::string{what} + ": " + decoded.error().message()};
        }
        return std::move(*decoded);
    }

  private:
    const boost::json::object* object_;
};

inline void expect(bool condition, std::string_view what) {
    if (!condition) {
        throw VectorFailed{std::string{what}};
    }
}

inline void expect_equal(ByteView actual, ByteView expected, std::string_view what) {
    expect(equal(actual, expected), what);
}

template <class Secret>
void expect_secret(const Secret& actual, ByteView expected, std::string_view what) {
    actual.with_bytes(crypto::SecretAccess{"comparison with a published vector"},
                      [&](ByteView bytes) { expect_equal(bytes, expected, what); });
}

// The value of a result, or a failed case.
template <class Result>
auto value_of(Result&& result, std::string_view what) {
    if (!result) {
        throw VectorFailed{std::string{what} + ": " + result.error().message()};
    }
    return std::move(*result);
}

using VectorKey = crypto::Secret<struct VectorKeyTag>;

// A private key as the project has it. Scalars have a fixed length (RFC 9180, section 7.1.2), but the vectors' maker dropped their
// leading zeros.
inline VectorKey private_key_of(const crypto::mls::CipherSuite& suite,
                                const VectorCase& entry,
                                std::string_view name) {
    static constexpr std::size_t kScalarSizes[] = {0, 0, 32, 0, 0, 66, 0, 48};  // by suite
    Bytes key = entry.bytes(name);
    const std::size_t size = kScalarSizes[static_cast<std::size_t>(suite.id())];
    key.insert(key.begin(), size - std::min(size, key.size()), 0);
    return VectorKey::from_bytes(key);
}

inline crypto::HpkeKeyPair hpke_key(const crypto::mls::CipherSuite& suite,
                                    const VectorCase& entry,
                                    std::string_view name) {
    return value_of(suite.hpke_key_pair(private_key_of(suite, entry, name)), name);
}

inline crypto::SignatureKeyPair signature_key(const crypto::mls::CipherSuite& suite,
                                              const VectorCase& entry,
                                              std::string_view name) {
    return value_of(suite.signature_key_pair(private_key_of(suite, entry, name)), name);
}

inline void expect_ok(const serai::Result<void>& result, std::string_view what) {
    if (!result) {
        throw VectorFailed{std::string{what} + ": " + result.error().message()};
    }
}

}  // namespace serai::tests::mls
