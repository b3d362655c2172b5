// Checkpoints (C2SP tlog-checkpoint): a signed note that says how large a log is and what its root is.
#pragma once

#include "crypto/merkle/error.hpp"
#include "crypto/merkle/note.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/result.hpp"
#include "protocol/base/strong_id.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace serai::crypto::merkle {

struct Checkpoint {
    std::string origin;  // one line, not empty
    TreeSize size;
    Digest root{};                        // of size 0: SHA-256 of nothing
    std::vector<std::string> extensions;  // lines, not empty; we write none

    // The note text: origin, size and root, each on its line.
    [[nodiscard]] std::string text() const;

    // bad_checkpoint for anything that text() would not write.
    static Result<Checkpoint> parse(std::string_view text);

    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The checkpoint as a note with the log's signature. The key's name is the origin. bad_checkpoint or bad_key if the origin can
// be neither.
Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const SignatureKeyPair& log_key);

// A checkpoint that the log signed: its key's signature must be there, whoever else signed, and the origin must be its name
// (wrong_origin). Errors of Note::parse, verify_note and Checkpoint::parse otherwise.
Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& log_key);

}  // namespace serai::crypto::merkle
