// Signed notes and verifier keys (C2SP signed-note), Ed25519 only (signature type 0x01). Signatures of other types are lines by
// unknown keys here, and are ignored as the specification says.
#pragma once

#include "crypto/merkle/error.hpp"
#include "crypto/primitive/signature.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace serai::crypto::merkle {

inline constexpr std::size_t kMaxNote =
    256 * 1024;  // bytes; room for 16 post-quantum signatures and more
inline constexpr std::size_t kMaxNoteSignatures = 64;

// Who may verify: a name and an Ed25519 public key.
class VerifierKey {
  public:
    // bad_key unless the name is usable (see is_key_name) and the key has 32 bytes.
    static Result<VerifierKey> make(std::string name, ByteView public_key);

    // "<name>+<key id, 8 hex digits>+<base64 of type and key>"; bad_key for anything else, also for other signature types and a
    // key id that does not belong to the key.
    static Result<VerifierKey> parse(std::string_view vkey);

    [[nodiscard]] const std::string& name() const { return name_; }

    [[nodiscard]] std::uint32_t id() const { return id_; }

    [[nodiscard]] const Bytes& public_key() const { return public_key_; }

    [[nodiscard]] std::string to_string() const;

    friend bool operator==(const VerifierKey&, const VerifierKey&) = default;

  private:
    VerifierKey(std::string name, Bytes public_key);

    std::string name_;
    Bytes public_key_;
    std::uint32_t id_ = 0;
};

// Not empty, printable UTF-8, no Unicode space and no plus sign.
[[nodiscard]] bool is_key_name(std::string_view name);

struct NoteSignature {
    std::string name;
    std::uint32_t id = 0;
    Bytes signature;  // without the key id; not empty

    friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

// A note taken apart, its signatures not verified.
struct Note {
    std::string text;  // ends with a newline
    std::vector<NoteSignature> signatures;

    // bad_note. Narrower than the specification in one thing: DEL and the C1 controls are refused like the C0 controls.
    static Result<Note> parse(std::string_view message);

    [[nodiscard]] std::string to_string() const;

    friend bool operator==(const Note&, const Note&) = default;
};

// The signature line of a text, to be put into Note::signatures. bad_note unless the text can be that of a note; the name must
// be one (bad_key).
Result<NoteSignature> sign_note(std::string_view text,
                                const std::string& name,
                                const SignatureKeyPair& key);

// The keys out of `known` whose signatures are on the note, each once, in the order of the lines. bad_signature if any of them
// is wrong, no_known_signature if there is none.
Result<std::vector<VerifierKey>> verify_note(const Note& note, std::span<const VerifierKey> known);

}  // namespace serai::crypto::merkle
