// Streams over ChunkCipher: memory stays below two chunks whatever the document's size. Output is appended to what the caller
// gives, who takes it away as often as it likes.
#pragma once

#include "crypto/document/chunk_cipher.hpp"
#include "crypto/document/error.hpp"
#include "crypto/secret/random.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <optional>

namespace serai::crypto::document {

class Encryptor {
  public:
    // Draws the salt. bad_key unless the key has kDocumentKeySize bytes.
    static Result<Encryptor> start(SecretView key,
                                   ByteView context,
                                   Random& random = system_random());

    // Appends what is ready: the header with the first call, then whole chunks. finished after finish(), too_long at the limit of
    // the format.
    Result<void> update(ByteView plaintext, Bytes& out);

    // Appends the rest. To be called exactly once.
    Result<void> finish(Bytes& out);

  private:
    explicit Encryptor(ChunkCipher cipher) : cipher_(std::move(cipher)) {}

    Result<void> seal(ByteView chunk, Bytes& out);
    void begin(Bytes& out);

    ChunkCipher cipher_;
    Bytes pending_;  // less than a chunk of plaintext
    std::uint64_t next_chunk_ = 0;
    bool header_written_ = false;
    bool finished_ = false;
};

// What comes out before finish() has succeeded is authentic as far as it goes, but may be cut short: it must not be taken for the
// document.
class Decryptor {
  public:
    // bad_key unless the key has kDocumentKeySize bytes.
    static Result<Decryptor> start(SecretView key, ByteView context);

    // Appends the plaintext of the chunks that are complete. wrong_key or damaged; after a failure everything fails.
    Result<void> update(ByteView ciphertext, Bytes& out);

    // Appends the last chunk's plaintext. damaged unless the ciphertext ended where it should.
    Result<void> finish(Bytes& out);

  private:
    Decryptor(DocumentKey key, Bytes context)
        : key_(std::move(key)), context_(std::move(context)) {}

    Result<void> consume(ByteView ciphertext, Bytes& out);
    Result<void> open_chunk(ByteView sealed, Bytes& out);
    Result<void> keep(Result<void> result);

    DocumentKey key_;
    Bytes context_;
    std::optional<ChunkCipher> cipher_;  // once the header is there
    Bytes pending_;                      // less than the header or a sealed chunk
    std::uint64_t next_chunk_ = 0;
    bool finished_ = false;
};

}  // namespace serai::crypto::document
