#include "crypto/secret/secret_writer.hpp"

namespace serai::crypto {

using protocol::codec::Writer;

void SecretWriter::u32(std::uint32_t value) {
    Bytes out;
    Writer{out}.u32(value);
    fixed(out);
}

void SecretWriter::u64(std::uint64_t value) {
    Bytes out;
    Writer{out}.u64(value);
    fixed(out);
}

void SecretWriter::fixed(ByteView bytes) {
    if (memory_.size() - size_ < bytes.size()) {
        SecretMemory larger{std::max(memory_.size() * 2, size_ + bytes.size())};
        std::copy_n(memory_.bytes().begin(), size_, larger.bytes().begin());
        memory_ = std::move(larger);  // wipes the smaller one
    }
    std::copy(
        bytes.begin(), bytes.end(), memory_.bytes().begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += bytes.size();
}

void SecretWriter::vector(ByteView bytes) {
    Bytes prefix;
    Writer{prefix}.length(bytes.size());
    fixed(prefix);
    fixed(bytes);
}

void SecretWriter::vector(SecretView secret) {
    vector(secret.bytes(SecretAccess{"encoding into secret memory"}));
}

}  // namespace serai::crypto
