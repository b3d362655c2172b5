#include "crypto/merkle/checkpoint.hpp"

#include "crypto/merkle/tree_hash.hpp"

#include <gtest/gtest.h>

namespace serai::crypto::merkle {
namespace {

class CheckpointTest : public testing::Test {
  protected:
    VerifierKey verifier(const std::string& name = "log.example/audit") const {
        return *VerifierKey::make(name, key_.public_key);
    }

    Checkpoint checkpoint() const {
        Checkpoint out{"log.example/audit", TreeSize{12}, {}, {}};
        out.root.fill(5);
        return out;
    }

    SignatureKeyPair key_ = ed25519_generate();
};

TEST_F(CheckpointTest, opens_with_the_key_that_signed_it_and_no_other) {
    const auto note = sign_checkpoint(checkpoint(), key_);
    ASSERT_TRUE(note);
    EXPECT_EQ(*open_checkpoint(*note, verifier()), checkpoint());
    const auto other = *VerifierKey::make("log.example/audit", ed25519_generate().public_key);
    EXPECT_EQ(open_checkpoint(*note, other).error(), MerkleError::no_known_signature);
}

TEST_F(CheckpointTest, does_not_open_when_a_character_changed) {
    auto note = *sign_checkpoint(checkpoint(), key_);
    note[note.find("12")] = '2';
    EXPECT_EQ(open_checkpoint(note, verifier()).error(), MerkleError::bad_signature);
}

TEST_F(CheckpointTest, does_not_open_for_another_log) {
    auto text = checkpoint();
    text.origin = "other.example/audit";
    const auto line = sign_note(text.text(), "log.example/audit", key_);
    const auto note = Note{text.text(), {*line}}.to_string();
    EXPECT_EQ(open_checkpoint(note, verifier()).error(), MerkleError::wrong_origin);
}

TEST_F(CheckpointTest, is_not_signed_when_it_could_not_be_read) {
    auto bad = checkpoint();
    bad.origin = "two\nlines";
    EXPECT_EQ(sign_checkpoint(bad, key_).error(), MerkleError::bad_checkpoint);
    bad = checkpoint();
    bad.origin = "with space";
    EXPECT_EQ(sign_checkpoint(bad, key_).error(), MerkleError::bad_key);
    bad = checkpoint();
    bad.size = TreeSize{0};
    EXPECT_EQ(sign_checkpoint(bad, key_).error(), MerkleError::bad_checkpoint);
    bad.root = empty_root();
    EXPECT_TRUE(sign_checkpoint(bad, key_));
}

TEST(KeyNames, have_no_spaces_of_any_kind_and_no_plus) {
    EXPECT_TRUE(is_key_name("log.example/audit"));
    EXPECT_TRUE(is_key_name("журнал.пример"));
    for (const auto* name : {"",
                             "a b",
                             "a+b",
                             "a\nb",
                             "a\xc2\xa0"
                             "b",
                             "a\xe2\x80\x83"
                             "b",
                             "a\xe3\x80\x80"
                             "b",
                             "\xff"}) {
        EXPECT_FALSE(is_key_name(name)) << name;
    }
}

TEST(NoteLimits, sixteen_post_quantum_signatures_fit_and_endless_ones_do_not) {
    Note note{"text\n", {}};
    for (int i = 0; i < 16; ++i) {
        note.signatures.push_back({"witness" + std::to_string(i), 7, Bytes(5000, 1)});
    }
    EXPECT_EQ(*Note::parse(note.to_string()), note);
    note.signatures.assign(kMaxNoteSignatures + 1, {"w", 7, Bytes(1)});
    EXPECT_EQ(Note::parse(note.to_string()).error(), MerkleError::bad_note);
    note.signatures.assign(1, {"w", 7, Bytes(kMaxNote)});
    EXPECT_EQ(Note::parse(note.to_string()).error(), MerkleError::bad_note);
}

}  // namespace
}  // namespace serai::crypto::merkle
