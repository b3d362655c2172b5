// RFC 9180's own vectors, base mode: sealing is repeated byte for byte by handing the ephemeral key to the sender as its randomness.
#include "crypto/primitive/hpke.hpp"
#include "tests/crypto/merkle/vectors.hpp"

namespace serai::crypto {
namespace {

using tests::hex_of;
using tests::number_of;
using TestSecret = Secret<struct HpkeTestSecretTag>;

// Hands out the given bytes, once.
class Scripted final : public Random {
  public:
    explicit Scripted(Bytes bytes) : bytes_(std::move(bytes)) {}

    void fill(std::span<std::uint8_t> out) override {
        ASSERT_EQ(out.size(), bytes_.size());
        std::copy(bytes_.begin(), bytes_.end(), out.begin());
        bytes_.clear();
    }

  private:
    Bytes bytes_;
};

template <class Tag>
Bytes revealed(const Secret<Tag>& secret) {
    return secret.with_bytes(SecretAccess{"comparison with a published vector"},
                             [](ByteView bytes) { return to_bytes(bytes); });
}

HashAlgorithm kdf_of(std::uint64_t id) {
    return id == 1   ? HashAlgorithm::sha256
           : id == 2 ? HashAlgorithm::sha384
                     : HashAlgorithm::sha512;
}

class Case {
  public:
    explicit Case(const boost::json::value& value)
        : value_(&value.as_object()),
          hpke_(static_cast<DhGroup>(number("kem_id")),
                kdf_of(number("kdf_id")),
                static_cast<AeadAlgorithm>(number("aead_id"))) {}

    [[nodiscard]] Bytes hex(std::string_view name) const { return hex_of(value_->at(name)); }

    [[nodiscard]] std::uint64_t number(std::string_view name) const {
        return number_of(value_->at(name));
    }

    [[nodiscard]] const boost::json::value& at(std::string_view name) const {
        return value_->at(name);
    }

    [[nodiscard]] const Hpke& hpke() const { return hpke_; }

    [[nodiscard]] HpkeKeyPair receiver() const {
        return {HpkePrivateKey::from_bytes(hex("skRm")), hex("pkRm")};
    }

  private:
    const boost::json::object* value_;
    Hpke hpke_;
};

void check_keys(const Case& entry) {
    const Bytes material = entry.hex("ikmR");
    const auto derived = entry.hpke().kem().derive_key_pair(SecretView::of_public(material));
    EXPECT_EQ(revealed(derived.private_key), entry.hex("skRm"));
    EXPECT_EQ(derived.public_key, entry.hex("pkRm"));
    const Bytes ephemeral = entry.hex("ikmE");
    EXPECT_EQ(
        revealed(entry.hpke().kem().derive_key_pair(SecretView::of_public(ephemeral)).private_key),
        entry.hex("skEm"));
}

void check_kem(const Case& entry) {
    Scripted random{entry.hex("skEm")};
    const auto sent = entry.hpke().kem().encapsulate(entry.hex("pkRm"), random);
    ASSERT_TRUE(sent.has_value());
    EXPECT_EQ(sent->kem_output, entry.hex("enc"));
    EXPECT_EQ(revealed(sent->secret), entry.hex("shared_secret"));
    const auto received = entry.hpke().kem().decapsulate(entry.hex("enc"), entry.receiver());
    ASSERT_TRUE(received.has_value());
    EXPECT_EQ(revealed(*received), entry.hex("shared_secret"));
}

void check_sealing(const Case& entry) {
    const auto& encryption = entry.at("encryption").as_object();
    const Bytes aad = hex_of(encryption.at("aad"));
    const Bytes plaintext = hex_of(encryption.at("pt"));
    const Bytes ciphertext = hex_of(encryption.at("ct"));

    Scripted random{entry.hex("skEm")};
    const auto sealed = entry.hpke().seal(
        entry.hex("pkRm"), entry.hex("info"), aad, SecretView::of_public(plaintext), random);
    ASSERT_TRUE(sealed.has_value());
    EXPECT_EQ(sealed->kem_output, entry.hex("enc"));
    EXPECT_EQ(sealed->ciphertext, ciphertext);
    const auto opened = entry.hpke().open_as<TestSecret>(
        entry.hex("enc"), entry.receiver(), entry.hex("info"), aad, ciphertext);
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(revealed(*opened), plaintext);
}

void check_exports(const Case& entry) {
    for (const auto& item : entry.at("exports").as_array()) {
        const auto& exported = item.as_object();
        const auto secret = entry.hpke().receive_export(entry.hex("enc"),
                                                        entry.receiver(),
                                                        entry.hex("info"),
                                                        hex_of(exported.at("exporter_context")),
                                                        number_of(exported.at("L")));
        ASSERT_TRUE(secret.has_value());
        EXPECT_EQ(revealed(*secret), hex_of(exported.at("exported_value")));
    }
}

TEST(HpkeVectors, hold_for_every_kem_kdf_and_aead_of_rfc_9180) {
    const auto document = tests::load_vectors("hpke_vectors.json");
    const auto& entries = document.at("vectors").as_array();
    EXPECT_EQ(entries.size(), 24U);  // four KEMs, two KDFs, three AEADs
    for (const auto& item : entries) {
        const Case entry{item};
        SCOPED_TRACE(testing::Message()
                     << "KEM " << entry.number("kem_id") << ", KDF " << entry.number("kdf_id")
                     << ", AEAD " << entry.number("aead_id"));
        check_keys(entry);
        check_kem(entry);
        check_sealing(entry);
        check_exports(entry);
    }
}

}  // namespace
}  // namespace serai::crypto
