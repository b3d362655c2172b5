#include "crypto/merkle/note.hpp"

#include "crypto/primitive/hash.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/codec/reader.hpp"
#include "protocol/codec/utf8.hpp"
#include "protocol/codec/writer.hpp"

#include <algorithm>
#include <array>

namespace serai::crypto::merkle {
namespace {

constexpr std::uint8_t kEd25519Type = 0x01;
constexpr std::string_view kDash = "\xe2\x80\x94 ";  // em dash, space
constexpr std::size_t kIdSize = 4;

// Unicode's White_Space beyond ASCII, in UTF-8; U+0085 is a control character and refused as such.
constexpr std::array<std::string_view, 18> kSpaces{" ",
                                                   "\xc2\xa0",
                                                   "\xe1\x9a\x80",
                                                   "\xe2\x80\x80",
                                                   "\xe2\x80\x81",
                                                   "\xe2\x80\x82",
                                                   "\xe2\x80\x83",
                                                   "\xe2\x80\x84",
                                                   "\xe2\x80\x85",
                                                   "\xe2\x80\x86",
                                                   "\xe2\x80\x87",
                                                   "\xe2\x80\x88",
                                                   "\xe2\x80\x89",
                                                   "\xe2\x80\x8a",
                                                   "\xe2\x80\xa8",
                                                   "\xe2\x80\xa9",
                                                   "\xe2\x80\xaf",
                                                   "\xe2\x81\x9f"};
constexpr std::string_view kIdeographicSpace = "\xe3\x80\x80";

std::uint32_t key_id(std::string_view name, ByteView public_key) {
    constexpr ByteArray<2> kSeparator{0x0a, kEd25519Type};
    const Digest hash = sha256({as_bytes(name), kSeparator, public_key});
    return (std::uint32_t{hash[0]} << 24U) | (std::uint32_t{hash[1]} << 16U) |
           (std::uint32_t{hash[2]} << 8U) | hash[3];
}

Bytes big_endian(std::uint32_t value) {
    Bytes out;
    protocol::codec::Writer{out}.u32(value);
    return out;
}

// Lines of printable UTF-8, the last one ended too.
bool is_note_text(std::string_view text) {
    if (text.empty() || text.back() != '\n') {
        return false;
    }
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (!protocol::codec::is_printable_utf8(as_bytes(text.substr(0, end)))) {
            return false;
        }
        text.remove_prefix(end + 1);
    }
    return true;
}

// A line without its newline.
Result<NoteSignature> parse_signature(std::string_view line) {
    if (!line.starts_with(kDash)) {
        return MerkleError::bad_note;
    }
    line.remove_prefix(kDash.size());
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || !is_key_name(line.substr(0, space))) {
        return MerkleError::bad_note;
    }
    const auto blob = protocol::codec::base64_decode(line.substr(space + 1));
    if (!blob || blob->size() <= kIdSize) {
        return MerkleError::bad_note;
    }
    protocol::codec::Reader reader{*blob};
    SERAI_TRY(id, reader.u32());
    return NoteSignature{std::string{line.substr(0, space)}, id, to_bytes(reader.rest())};
}

}  // namespace

bool is_key_name(std::string_view name) {
    const auto contains = [&](std::string_view part) {
        return name.find(part) != std::string_view::npos;
    };
    return !name.empty() && protocol::codec::is_printable_utf8(as_bytes(name)) && !contains("+") &&
           !contains(kIdeographicSpace) && std::none_of(kSpaces.begin(), kSpaces.end(), contains);
}

VerifierKey::VerifierKey(std::string name, Bytes public_key)
    : name_(std::move(name)), public_key_(std::move(public_key)), id_(key_id(name_, public_key_)) {}

Result<VerifierKey> VerifierKey::make(std::string name, ByteView public_key) {
    if (!is_key_name(name) || public_key.size() != kEd25519PublicKeySize) {
        return MerkleError::bad_key;
    }
    return VerifierKey{std::move(name), to_bytes(public_key)};
}

Result<VerifierKey> VerifierKey::parse(std::string_view vkey) {
    // The name has no plus sign; base64 may have.
    const std::size_t first = vkey.find('+');
    const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
    if (second == std::string_view::npos) {
        return MerkleError::bad_key;
    }
    const auto material = protocol::codec::base64_decode(vkey.substr(second + 1));
    if (!material || material->empty() || material->front() != kEd25519Type) {
        return MerkleError::bad_key;
    }
    SERAI_TRY(key, make(std::string{vkey.substr(0, first)}, ByteView{*material}.subspan(1)));
    // Compared as text: the key id is in lower case.
    if (vkey.substr(first + 1, second - first - 1) != to_hex(big_endian(key.id()))) {
        return MerkleError::bad_key;
    }
    return key;
}

std::string VerifierKey::to_string() const {
    Bytes material{kEd25519Type};
    append(material, public_key_);
    return name_ + "+" + to_hex(big_endian(id_)) + "+" + protocol::codec::base64_encode(material);
}

Result<Note> Note::parse(std::string_view message) {
    constexpr std::string_view kSeparator = "\n\n";
    if (message.size() > kMaxNote || !is_note_text(message)) {
        return MerkleError::bad_note;
    }
    const std::size_t split = message.rfind(kSeparator);
    if (split == std::string_view::npos) {
        return MerkleError::bad_note;
    }
    Note note{std::string{message.substr(0, split + 1)}, {}};
    std::string_view lines = message.substr(split + kSeparator.size());
    while (!lines.empty()) {
        if (note.signatures.size() == kMaxNoteSignatures) {
            return MerkleError::bad_note;
        }
        const std::size_t end = lines.find('\n');
        SERAI_TRY(signature, parse_signature(lines.substr(0, end)));
        note.signatures.push_back(std::move(signature));
        lines.remove_prefix(end + 1);
    }
    if (note.signatures.empty()) {
        return MerkleError::bad_note;
    }
    return note;
}

std::string Note::to_string() const {
    std::string out = text + "\n";
    for (const auto& [name, id, signature] : signatures) {
        Bytes blob = big_endian(id);
        append(blob, signature);
        out.append(kDash)
            .append(name)
            .append(" ")
            .append(protocol::codec::base64_encode(blob))
            .append("\n");
    }
    return out;
}

Result<NoteSignature> sign_note(std::string_view text,
                                const std::string& name,
                                const SignatureKeyPair& key) {
    if (!is_note_text(text)) {
        return MerkleError::bad_note;
    }
    SERAI_TRY(verifier, VerifierKey::make(name, key.public_key));
    return NoteSignature{name, verifier.id(), ed25519_sign(key.private_key, as_bytes(text))};
}

Result<std::vector<VerifierKey>> verify_note(const Note& note, std::span<const VerifierKey> known) {
    std::vector<VerifierKey> signers;
    for (const auto& line : note.signatures) {
        const auto key = std::find_if(known.begin(), known.end(), [&](const VerifierKey& k) {
            return k.name() == line.name && k.id() == line.id;
        });
        if (key == known.end() ||
            std::find(signers.begin(), signers.end(), *key) != signers.end()) {
            continue;
        }
        if (!ed25519_verify(key->public_key(), as_bytes(note.text), line.signature)) {
            return MerkleError::bad_signature;
        }
        signers.push_back(*key);
    }
    if (signers.empty()) {
        return MerkleError::no_known_signature;
    }
    return signers;
}

}  // namespace serai::crypto::merkle
