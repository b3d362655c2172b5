#include "crypto/document/manifest.hpp"

#include "crypto/document/padding.hpp"

#include <gtest/gtest.h>

namespace serai::crypto::document {
namespace {

using protocol::codec::CodecError;
using protocol::codec::decode_exact;
using protocol::codec::encode;

Manifest good() {
    Manifest manifest;
    manifest.document = protocol::network::DocumentId{{1, 2, 3}};
    manifest.object = ObjectId{{4, 5, 6}};
    manifest.name = "Отчёт 2026.pdf";
    manifest.media_type = "application/pdf";
    manifest.true_length = 1000;
    manifest.ciphertext_length = ciphertext_size(padded_length(1000));
    manifest.ciphertext_digest.fill(9);
    manifest.key = DocumentKey::random(kDocumentKeySize);
    manifest.marking.originator = *protocol::network::PartyCode::parse("UZ");
    return manifest;
}

TEST(ManifestTest, survives_the_round_trip) {
    const auto manifest = good();
    const auto bytes = encode(manifest);
    const auto back = decode_exact<Manifest>(bytes);
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ(back->name, manifest.name);
    EXPECT_TRUE(ct_equal(back->key, manifest.key));
    EXPECT_EQ(back->marking, manifest.marking);
    EXPECT_EQ(encode(*back), bytes);
}

TEST(ManifestTest, refuses_every_truncation_and_any_extra_byte) {
    auto bytes = encode(good());
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        EXPECT_FALSE(decode_exact<Manifest>(ByteView{bytes}.first(n))) << n;
    }
    bytes.push_back(0);
    EXPECT_EQ(decode_exact<Manifest>(bytes).error(), CodecError::trailing_bytes);
}

TEST(ManifestTest, refuses_names_that_are_paths) {
    for (const auto* name : {"", "..", ".hidden", "a/b", "/etc/passwd", "a\\b", "a\nb"}) {
        auto manifest = good();
        manifest.name = name;
        EXPECT_FALSE(decode_exact<Manifest>(encode(manifest))) << name;
    }
}

TEST(ManifestTest, refuses_lengths_that_do_not_belong_together) {
    auto manifest = good();
    manifest.ciphertext_length += 1;
    EXPECT_EQ(decode_exact<Manifest>(encode(manifest)).error(), CodecError::unknown_value);
    manifest = good();
    manifest.true_length = ~std::uint64_t{0};
    EXPECT_EQ(decode_exact<Manifest>(encode(manifest)).error(), CodecError::unknown_value);
}

TEST(ManifestTest, refuses_a_key_of_another_size) {
    auto manifest = good();
    manifest.key = DocumentKey::random(16);
    EXPECT_EQ(decode_exact<Manifest>(encode(manifest)).error(), CodecError::unknown_value);
}

TEST(ManifestTest, names_its_predecessor_from_version_2_on_and_only_then) {
    auto manifest = good();
    manifest.document_version = 2;
    EXPECT_FALSE(decode_exact<Manifest>(encode(manifest)));
    manifest.previous.fill(1);
    EXPECT_TRUE(decode_exact<Manifest>(encode(manifest)));
    manifest.document_version = 1;
    EXPECT_FALSE(decode_exact<Manifest>(encode(manifest)));
}

TEST(DocumentContextTest, differs_wherever_the_place_differs) {
    const DocumentContext place;
    auto other = place;
    other.network = NetworkId{{1}};
    EXPECT_NE(place.bytes(), other.bytes());
    other = place;
    other.channel = GroupId{{1}};
    EXPECT_NE(place.bytes(), other.bytes());
    other = place;
    other.document = protocol::network::DocumentId{{1}};
    EXPECT_NE(place.bytes(), other.bytes());
    other = place;
    other.version = 2;
    EXPECT_NE(place.bytes(), other.bytes());
    other = place;
    other.marking = marking_hash(good().marking);
    EXPECT_NE(place.bytes(), other.bytes());
}

}  // namespace
}  // namespace serai::crypto::document
