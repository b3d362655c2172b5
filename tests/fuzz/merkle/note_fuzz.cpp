// Text that a log or a witness sends: notes, checkpoints, verifier keys, tile paths. The first byte chooses.
#include "crypto/merkle/checkpoint.hpp"
#include "crypto/merkle/note.hpp"
#include "crypto/merkle/tile.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <array>

namespace serai::fuzz {
namespace {

using namespace crypto::merkle;

void note(std::string_view text) {
    const auto parsed = Note::parse(text);
    if (parsed) {
        require(parsed->to_string() == text, "a note has one spelling");
        require(!verify_note(*parsed, {}), "nobody is known without keys");
    }
}

void checkpoint(std::string_view text) {
    const auto parsed = Checkpoint::parse(text);
    require(!parsed || parsed->text() == text, "a checkpoint has one spelling");
}

void verifier_key(std::string_view text) {
    const auto parsed = VerifierKey::parse(text);
    require(!parsed || parsed->to_string() == text, "a verifier key has one spelling");
}

void tile_path(std::string_view text) {
    const auto parsed = TileId::parse(text);
    require(!parsed || parsed->path() == text, "a tile has one path");
}

void choose(ByteView input) {
    static constexpr std::array kDecoders{note, checkpoint, verifier_key, tile_path};
    if (!input.empty()) {
        kDecoders[input.front() % kDecoders.size()](as_text(input.subspan(1)));
    }
}

}  // namespace
}  // namespace serai::fuzz

SERAI_FUZZ_TARGET(serai::fuzz::choose)
