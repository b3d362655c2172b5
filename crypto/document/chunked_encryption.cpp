#include "crypto/document/chunked_encryption.hpp"

#include <algorithm>

namespace serai::crypto::document {
namespace {

// Moves up to n - pending.size() bytes from the front of `input` to the end of `pending`; true when pending has n bytes.
bool fill(Bytes& pending, std::size_t n, ByteView& input) {
    const ByteView part = input.first(std::min(n - pending.size(), input.size()));
    append(pending, part);
    input = input.subspan(part.size());
    return pending.size() == n;
}

}  // namespace

Result<Encryptor> Encryptor::start(SecretView key, ByteView context, Random& random) {
    SERAI_TRY(cipher, ChunkCipher::derive(key, random.array<kSaltSize>(), context));
    return Encryptor{std::move(cipher)};
}

void Encryptor::begin(Bytes& out) {
    if (!header_written_) {
        append(out, cipher_.header());
        header_written_ = true;
    }
}

Result<void> Encryptor::seal(ByteView chunk, Bytes& out) {
    const std::size_t start = out.size();
    out.resize(start + chunk.size() + kAeadTagSize);
    return cipher_.seal(next_chunk_++, chunk, std::span{out}.subspan(start));
}

Result<void> Encryptor::update(ByteView plaintext, Bytes& out) {
    if (finished_) {
        return DocumentError::finished;
    }
    begin(out);
    while (!plaintext.empty()) {
        if (pending_.empty() && plaintext.size() >= kChunkSize) {
            SERAI_CHECK(seal(plaintext.first(kChunkSize), out));
            plaintext = plaintext.subspan(kChunkSize);
        } else if (fill(pending_, kChunkSize, plaintext)) {
            SERAI_CHECK(seal(pending_, out));
            wipe(pending_);
            pending_.clear();
        }
    }
    return {};
}

Result<void> Encryptor::finish(Bytes& out) {
    if (finished_) {
        return DocumentError::finished;
    }
    begin(out);
    finished_ = true;
    const auto sealed = seal(pending_, out);
    wipe(pending_);
    return sealed;
}

Result<Decryptor> Decryptor::start(SecretView key, ByteView context) {
    if (key.size() != kDocumentKeySize) {
        return DocumentError::bad_key;
    }
    return Decryptor{
        DocumentKey::from_bytes(key.bytes(SecretAccess{"kept until the header comes"})),
        to_bytes(context)};
}

// A failed stream stays failed: what follows a damaged chunk must not be taken for what it seems.
Result<void> Decryptor::keep(Result<void> result) {
    finished_ = finished_ || !result;
    return result;
}

Result<void> Decryptor::open_chunk(ByteView sealed, Bytes& out) {
    const std::size_t start = out.size();
    out.resize(start + sealed.size() - kAeadTagSize);
    const auto opened = cipher_->open_chunk(next_chunk_++, sealed, std::span{out}.subspan(start));
    if (!opened) {
        out.resize(start);
    }
    return opened;
}

Result<void> Decryptor::consume(ByteView ciphertext, Bytes& out) {
    if (!cipher_) {
        if (!fill(pending_, kHeaderSize, ciphertext)) {
            return {};
        }
        SERAI_TRY(cipher, ChunkCipher::open(key_, pending_, context_));
        cipher_ = std::move(cipher);
        key_.erase();
        pending_.clear();
    }
    while (!ciphertext.empty()) {
        if (pending_.empty() && ciphertext.size() >= kSealedChunkSize) {
            SERAI_CHECK(open_chunk(ciphertext.first(kSealedChunkSize), out));
            ciphertext = ciphertext.subspan(kSealedChunkSize);
        } else if (fill(pending_, kSealedChunkSize, ciphertext)) {
            SERAI_CHECK(open_chunk(pending_, out));
            pending_.clear();
        }
    }
    return {};
}

Result<void> Decryptor::update(ByteView ciphertext, Bytes& out) {
    if (finished_) {
        return DocumentError::finished;
    }
    return keep(consume(ciphertext, out));
}

Result<void> Decryptor::finish(Bytes& out) {
    if (finished_) {
        return DocumentError::finished;
    }
    finished_ = true;
    // A last chunk that has no room for its tag is a ciphertext cut short, and so is one that is not there.
    if (!cipher_ || pending_.size() < kAeadTagSize) {
        return DocumentError::damaged;
    }
    return open_chunk(pending_, out);
}

}  // namespace serai::crypto::document
