// The vectors of the reference implementation (tests/vectors/cobblestone): every one through the stream and through random access.
#include "crypto/document/chunked_encryption.hpp"
#include "crypto/primitive/hash.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>
#include <iterator>
#include <set>

namespace serai::crypto::document {
namespace {

struct Vector {
    std::int64_t id = 0;
    std::string comment;
    Bytes key;
    Bytes context;
    Bytes ciphertext;
    std::optional<std::uint64_t>
        length;  // of the plaintext, or of the part of it that is authentic
    Bytes sha512;
    bool valid = false;
    std::set<std::string> flags;

    [[nodiscard]] bool has(const char* flag) const { return flags.contains(flag); }
};

std::string read_file(const std::string& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}

Bytes inflated(ByteView zipped) {
    z_stream stream{};
    EXPECT_EQ(inflateInit(&stream), Z_OK);
    stream.next_in = const_cast<Bytef*>(zipped.data());
    stream.avail_in = static_cast<uInt>(zipped.size());
    Bytes out;
    Bytes buffer(64 * 1024);
    int status = Z_OK;
    while (status == Z_OK) {
        stream.next_out = buffer.data();
        stream.avail_out = static_cast<uInt>(buffer.size());
        status = inflate(&stream, Z_NO_FLUSH);
        append(out, ByteView{buffer}.first(buffer.size() - stream.avail_out));
    }
    inflateEnd(&stream);
    EXPECT_EQ(status, Z_STREAM_END);
    return out;
}

Vector vector_of(const boost::json::object& test) {
    const auto hex = [&](const char* name) {
        return *from_hex(std::string_view{test.at(name).as_string()});
    };
    Vector vector{.id = test.at("tcId").as_int64(),
                  .comment = std::string{test.at("comment").as_string()},
                  .key = hex("key"),
                  .context = hex("ctx"),
                  .ciphertext = inflated(hex("ct")),
                  .length = std::nullopt,
                  .sha512 = {},
                  .valid = test.at("result").as_string() == "valid",
                  .flags = {}};
    if (test.contains("msgLength")) {
        vector.length = static_cast<std::uint64_t>(test.at("msgLength").as_int64());
        vector.sha512 = hex("msgSha512");
    }
    for (const auto& flag : test.at("flags").as_array()) {
        vector.flags.emplace(flag.as_string());
    }
    return vector;
}

std::vector<Vector> load() {
    const auto file = boost::json::parse(
        read_file(std::string{SERAI_TEST_VECTORS} + "/cobblestone/vectors_aes_256_gcm.json"));
    std::vector<Vector> vectors;
    for (const auto& group : file.at("testGroups").as_array()) {
        for (const auto& test : group.at("tests").as_array()) {
            vectors.push_back(vector_of(test.as_object()));
        }
    }
    return vectors;
}

class CobblestoneVectors : public testing::Test {
  protected:
    void SetUp() override { ASSERT_EQ(vectors_.size(), 35U); }

    std::vector<Vector> vectors_ = load();
};

struct Outcome {
    bool ok = false;
    bool started = false;
    Bytes plaintext;
};

Outcome stream(const Vector& vector, std::size_t piece) {
    Outcome outcome;
    auto decryptor = Decryptor::start(SecretView::of_public(vector.key), vector.context);
    if (!decryptor) {
        return outcome;
    }
    outcome.started = true;
    outcome.ok = true;
    for (std::size_t at = 0; outcome.ok && at < vector.ciphertext.size(); at += piece) {
        const auto part =
            ByteView{vector.ciphertext}.subspan(at, std::min(piece, vector.ciphertext.size() - at));
        outcome.ok = decryptor->update(part, outcome.plaintext).has_value();
    }
    outcome.ok = outcome.ok && decryptor->finish(outcome.plaintext).has_value();
    // After the end or a failure nothing works any more.
    EXPECT_FALSE(decryptor->update(Bytes(1), outcome.plaintext));
    EXPECT_FALSE(decryptor->finish(outcome.plaintext));
    return outcome;
}

void expect_prefix(const Vector& vector, const Outcome& outcome) {
    ASSERT_TRUE(vector.length);
    ASSERT_GE(outcome.plaintext.size(), *vector.length);
    const auto prefix = ByteView{outcome.plaintext}.first(static_cast<std::size_t>(*vector.length));
    EXPECT_TRUE(equal(sha512(prefix), vector.sha512));
}

TEST_F(CobblestoneVectors, stream_as_they_say_in_pieces_of_any_size) {
    for (const auto& vector : vectors_) {
        for (const std::size_t piece : {std::size_t{1000}, kSealedChunkSize, std::size_t{50000}}) {
            SCOPED_TRACE(vector.comment + " in pieces of " + std::to_string(piece));
            const auto outcome = stream(vector, piece);
            EXPECT_EQ(outcome.ok, vector.valid);
            EXPECT_EQ(outcome.started, !vector.has("InvalidKeySize"));
            if (vector.valid || vector.has("PartialPlaintext")) {
                expect_prefix(vector, outcome);
            }
            if (vector.valid) {
                EXPECT_EQ(outcome.plaintext.size(), *vector.length);
            }
            if (vector.has("HeaderFailure")) {
                EXPECT_TRUE(outcome.plaintext.empty());
            }
        }
    }
}

TEST_F(CobblestoneVectors, have_lengths_that_tell_the_plaintexts_length) {
    for (const auto& vector : vectors_) {
        if (vector.valid) {
            EXPECT_EQ(*plaintext_size(vector.ciphertext.size()), *vector.length) << vector.comment;
            EXPECT_EQ(ciphertext_size(*vector.length), vector.ciphertext.size()) << vector.comment;
        }
    }
}

// Opens the chunk that the ciphertext's length says is the last.
bool last_chunk_opens(const Vector& vector) {
    const ByteView all{vector.ciphertext};
    const auto length = plaintext_size(all.size());
    if (!length) {
        return false;
    }
    auto cipher = ChunkCipher::open(
        SecretView::of_public(vector.key), all.first(kHeaderSize), vector.context);
    if (!cipher) {
        return false;
    }
    const std::uint64_t k = *length / kChunkSize;
    const auto sealed = all.subspan(static_cast<std::size_t>(chunk_offset(k)));
    Bytes out(sealed.size() - kAeadTagSize);
    return cipher->open_chunk(k, sealed, out).has_value();
}

TEST_F(CobblestoneVectors, authenticate_their_length_by_the_last_chunk_alone) {
    for (const auto& vector : vectors_) {
        EXPECT_EQ(last_chunk_opens(vector), vector.valid || vector.has("ValidFinalChunk"))
            << vector.comment;
    }
}

// Encrypts with the salt of a vector in place of a random one.
class GivenSalt final : public Random {
  public:
    explicit GivenSalt(ByteView salt) : salt_(to_bytes(salt)) {}

    void fill(std::span<std::uint8_t> out) override {
        ASSERT_EQ(out.size(), salt_.size());
        std::copy(salt_.begin(), salt_.end(), out.begin());
    }

  private:
    Bytes salt_;
};

TEST_F(CobblestoneVectors, come_out_byte_for_byte_when_encrypted_again) {
    for (const auto& vector : vectors_) {
        if (!vector.valid) {
            continue;
        }
        SCOPED_TRACE(vector.comment);
        const auto plaintext = stream(vector, 100000).plaintext;
        GivenSalt salt{ByteView{vector.ciphertext}.first(kSaltSize)};
        auto encryptor = Encryptor::start(SecretView::of_public(vector.key), vector.context, salt);
        ASSERT_TRUE(encryptor);
        Bytes out;
        for (std::size_t at = 0; at < plaintext.size(); at += 7000) {
            ASSERT_TRUE(encryptor->update(
                ByteView{plaintext}.subspan(at, std::min<std::size_t>(7000, plaintext.size() - at)),
                out));
        }
        ASSERT_TRUE(encryptor->finish(out));
        EXPECT_TRUE(equal(out, vector.ciphertext));
    }
}

}  // namespace
}  // namespace serai::crypto::document
