#include "crypto/merkle/checkpoint.hpp"

#include "crypto/merkle/tree_hash.hpp"
#include "protocol/codec/base64.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace serai::crypto::merkle {
namespace {

// Takes the next line off the text, without its newline; nullopt if there is none or it is empty.
std::optional<std::string_view> take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos || end == 0) {
        return std::nullopt;
    }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

std::optional<TreeSize> parse_size(std::string_view line) {
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size);
    if (error != std::errc{} || std::to_string(size) != line) {
        return std::nullopt;
    }
    return TreeSize{size};
}

std::optional<Digest> parse_root(std::string_view line) {
    const auto bytes = protocol::codec::base64_decode(line);
    Digest root;
    if (!bytes || bytes->size() != root.size()) {
        return std::nullopt;
    }
    std::copy(bytes->begin(), bytes->end(), root.begin());
    return root;
}

}  // namespace

std::string Checkpoint::text() const {
    std::string out = origin + "\n" + std::to_string(size.value()) + "\n" +
                      protocol::codec::base64_encode(root) + "\n";
    for (const auto& line : extensions) {
        out += line + "\n";
    }
    return out;
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
    const auto origin = take_line(text);
    const auto size_line = origin ? take_line(text) : std::nullopt;
    const auto root_line = size_line ? take_line(text) : std::nullopt;
    if (!root_line) {
        return MerkleError::bad_checkpoint;
    }
    const auto size = parse_size(*size_line);
    const auto root = parse_root(*root_line);
    if (!size || !root || (size->value() == 0 && *root != empty_root())) {
        return MerkleError::bad_checkpoint;
    }
    Checkpoint checkpoint{std::string{*origin}, *size, *root, {}};
    while (!text.empty()) {
        const auto line = take_line(text);
        if (!line) {
            return MerkleError::bad_checkpoint;
        }
        checkpoint.extensions.emplace_back(*line);
    }
    return checkpoint;
}

Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const SignatureKeyPair& log_key) {
    const std::string text = checkpoint.text();
    const auto parsed = Checkpoint::parse(text);
    if (!parsed || *parsed != checkpoint) {
        return MerkleError::bad_checkpoint;
    }
    SERAI_TRY(signature, sign_note(text, checkpoint.origin, log_key));
    return Note{text, {std::move(signature)}}.to_string();
}

Result<Checkpoint> open_checkpoint(std::string_view note_text, const VerifierKey& log_key) {
    SERAI_TRY(note, Note::parse(note_text));
    SERAI_CHECK(verify_note(note, std::span{&log_key, 1}));
    SERAI_TRY(checkpoint, Checkpoint::parse(note.text));
    if (checkpoint.origin != log_key.name()) {
        return MerkleError::wrong_origin;
    }
    return std::move(checkpoint);
}

}  // namespace serai::crypto::merkle
