#include "crypto/document/chunked_encryption.hpp"

#include <gtest/gtest.h>

namespace serai::crypto::document {
namespace {

Bytes encrypt(const DocumentKey& key, ByteView context, ByteView plaintext) {
    auto encryptor = Encryptor::start(key, context);
    Bytes out;
    EXPECT_TRUE(encryptor->update(plaintext, out));
    EXPECT_TRUE(encryptor->finish(out));
    return out;
}

Result<Bytes> decrypt(const DocumentKey& key, ByteView context, ByteView ciphertext) {
    SERAI_TRY(decryptor, Decryptor::start(key, context));
    Bytes out;
    SERAI_CHECK(decryptor.update(ciphertext, out));
    SERAI_CHECK(decryptor.finish(out));
    return out;
}

class ChunkedEncryption : public testing::Test {
  protected:
    DocumentKey key_ = DocumentKey::random(kDocumentKeySize);
    Bytes context_{1, 2, 3};
};

TEST_F(ChunkedEncryption, gives_back_every_length_around_a_chunk) {
    for (const std::size_t n : {std::size_t{0},
                                std::size_t{1},
                                kChunkSize - 1,
                                kChunkSize,
                                kChunkSize + 1,
                                2 * kChunkSize,
                                3 * kChunkSize + 5}) {
        const auto plaintext = system_random().bytes(n);
        const auto ciphertext = encrypt(key_, context_, plaintext);
        EXPECT_EQ(ciphertext.size(), ciphertext_size(n));
        EXPECT_EQ(*plaintext_size(ciphertext.size()), n);
        const auto back = decrypt(key_, context_, ciphertext);
        ASSERT_TRUE(back) << n;
        EXPECT_EQ(*back, plaintext);
    }
}

TEST_F(ChunkedEncryption, keeps_less_than_two_chunks_in_memory) {
    auto encryptor = Encryptor::start(key_, context_);
    auto decryptor = Decryptor::start(key_, context_);
    const Bytes piece(5000, 0x5a);
    std::size_t in = 0;
    std::size_t sealed_size = 0;
    std::size_t out_size = 0;
    for (int i = 0; i < 100; ++i) {
        Bytes sealed;
        Bytes opened;
        ASSERT_TRUE(encryptor->update(piece, sealed));
        ASSERT_TRUE(decryptor->update(sealed, opened));
        in += piece.size();
        sealed_size += sealed.size();
        out_size += opened.size();
        EXPECT_LT(in - out_size, 2 * kChunkSize);
    }
    EXPECT_GT(sealed_size, in - kChunkSize);
}

TEST_F(ChunkedEncryption, refuses_every_truncation) {
    const auto ciphertext = encrypt(key_, context_, Bytes(kChunkSize + 10, 7));
    for (std::size_t n = 0; n < ciphertext.size();
         n += n < 200 || n + 200 > ciphertext.size() ? 1U : 97U) {
        EXPECT_FALSE(decrypt(key_, context_, ByteView{ciphertext}.first(n))) << n;
    }
}

TEST_F(ChunkedEncryption, refuses_any_change) {
    const auto ciphertext = encrypt(key_, context_, Bytes(100, 7));
    for (std::size_t i = 0; i < ciphertext.size(); ++i) {
        auto changed = ciphertext;
        changed[i] ^= 1;
        const auto result = decrypt(key_, context_, changed);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error(),
                  i < kHeaderSize ? DocumentError::wrong_key : DocumentError::damaged);
    }
}

TEST_F(ChunkedEncryption, refuses_another_key_and_another_context) {
    const auto ciphertext = encrypt(key_, context_, Bytes(100, 7));
    const auto other = DocumentKey::random(kDocumentKeySize);
    EXPECT_EQ(decrypt(other, context_, ciphertext).error(), DocumentError::wrong_key);
    EXPECT_EQ(decrypt(key_, Bytes{1, 2, 4}, ciphertext).error(), DocumentError::wrong_key);
    EXPECT_EQ(decrypt(key_, {}, ciphertext).error(), DocumentError::wrong_key);
}

TEST_F(ChunkedEncryption, refuses_keys_of_another_size) {
    const auto key = DocumentKey::random(16);
    EXPECT_EQ(Encryptor::start(key, {}).error(), DocumentError::bad_key);
    EXPECT_EQ(Decryptor::start(key, {}).error(), DocumentError::bad_key);
}

TEST_F(ChunkedEncryption, never_writes_the_same_ciphertext_twice) {
    EXPECT_NE(encrypt(key_, context_, Bytes(10)), encrypt(key_, context_, Bytes(10)));
}

TEST_F(ChunkedEncryption, ends_once) {
    auto encryptor = Encryptor::start(key_, context_);
    Bytes out;
    ASSERT_TRUE(encryptor->finish(out));
    EXPECT_EQ(encryptor->finish(out).error(), DocumentError::finished);
    EXPECT_EQ(encryptor->update(Bytes(1), out).error(), DocumentError::finished);
}

TEST_F(ChunkedEncryption, opens_any_chunk_by_itself) {
    const auto plaintext = system_random().bytes(3 * kChunkSize + 100);
    const auto ciphertext = encrypt(key_, context_, plaintext);
    auto cipher = ChunkCipher::open(key_, ByteView{ciphertext}.first(kHeaderSize), context_);
    ASSERT_TRUE(cipher);
    Bytes out(kChunkSize);
    const auto sealed = ByteView{ciphertext}.subspan(chunk_offset(2), kSealedChunkSize);
    ASSERT_TRUE(cipher->open_chunk(2, sealed, out));
    EXPECT_TRUE(equal(out, ByteView{plaintext}.subspan(2 * kChunkSize, kChunkSize)));
    EXPECT_EQ(cipher->open_chunk(1, sealed, out).error(), DocumentError::damaged);
    EXPECT_EQ(out, Bytes(kChunkSize)) << "nothing of a damaged chunk is left";
    EXPECT_EQ(cipher->open_chunk(kMaxChunks, sealed, out).error(), DocumentError::too_long);
}

TEST(CiphertextSize, has_no_plaintext_where_the_last_chunk_cannot_be) {
    const auto at = [](std::uint64_t n) {
        return plaintext_size(n);
    };
    EXPECT_FALSE(at(0));
    EXPECT_FALSE(at(kHeaderSize + kAeadTagSize - 1));
    EXPECT_EQ(*at(kHeaderSize + kAeadTagSize), 0U);
    EXPECT_FALSE(at(chunk_offset(1)));
    EXPECT_FALSE(at(chunk_offset(1) + kAeadTagSize - 1));
    EXPECT_EQ(*at(chunk_offset(1) + kAeadTagSize), kChunkSize);
    EXPECT_FALSE(at(chunk_offset(kMaxChunks) + kAeadTagSize));
}

}  // namespace
}  // namespace serai::crypto::document
