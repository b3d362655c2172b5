// Builds the encoding of something secret inside secret memory, growing without leaving copies behind. The counterpart of
// protocol/codec's Writer; read the result with a Reader over the secret's bytes.
#pragma once

#include "crypto/secret/secret.hpp"
#include "protocol/codec/writer.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

namespace serai::crypto {

class SecretWriter {
  public:
    SecretWriter() : memory_(kFirstCapacity) {}

    void u8(std::uint8_t value) { fixed({&value, 1}); }

    void u32(std::uint32_t value);
    void u64(std::uint64_t value);

    void flag(bool value) { u8(value ? 1 : 0); }

    void fixed(ByteView bytes);

    // opaque field<V>
    void vector(ByteView bytes);
    void vector(SecretView secret);

    // Anything public that encodes itself.
    template <protocol::codec::Encodable T>
    void object(const T& value) {
        fixed(protocol::codec::encode(value));
    }

    // What was written so far, as a secret of its own.
    template <class Out>
    [[nodiscard]] Out finish() const {
        return Out::from_bytes(memory_.bytes().first(size_));
    }

  private:
    static constexpr std::size_t kFirstCapacity = 1024;

    SecretMemory memory_;
    std::size_t size_ = 0;
};

}  // namespace serai::crypto
