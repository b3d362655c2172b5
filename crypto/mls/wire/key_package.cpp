#include "crypto/mls/wire/key_package.hpp"

namespace serai::crypto::mls {

void KeyPackage::encode_unsigned(Writer& writer) const {
    writer.enumeration(version);
    writer.enumeration(cipher_suite);
    writer.vector(init_key);
    leaf_node.encode(writer);
    extensions.encode(writer);
}

Bytes KeyPackage::to_be_signed() const {
    Bytes out;
    Writer writer{out};
    encode_unsigned(writer);
    return out;
}

void KeyPackage::encode(Writer& writer) const {
    encode_unsigned(writer);
    writer.vector(signature);
}

Result<KeyPackage> KeyPackage::decode(Reader& reader) {
    SERAI_TRY(version, read_version(reader));
    SERAI_TRY(cipher_suite, read_open<CipherSuiteId>(reader));
    SERAI_TRY(init_key, read_bytes(reader));
    SERAI_TRY(leaf_node, LeafNode::decode(reader));
    SERAI_TRY(extensions, Extensions::decode(reader));
    SERAI_TRY(signature, read_bytes(reader));
    KeyPackage package;
    package.version = version;
    package.cipher_suite = cipher_suite;
    package.init_key = std::move(init_key);
    package.leaf_node = std::move(leaf_node);
    package.extensions = std::move(extensions);
    package.signature = std::move(signature);
    return package;
}

}  // namespace serai::crypto::mls
