// tests/vectors/note_vectors.json, as far as it is about notes, checkpoint bodies, verifier keys and signing with the log's key.
// Not run here: cosignatures (signature type 0x04), policies, tlog-proofs and the witness conversation.
#include "crypto/merkle/checkpoint.hpp"
#include "crypto/merkle/note.hpp"
#include "tests/crypto/merkle/vectors.hpp"

namespace serai::crypto::merkle {
namespace {

using tests::text_of;

class NoteVectors : public testing::Test {
  protected:
    VerifierKey log_key() const { return *VerifierKey::parse(text_of(log().at("vkey"))); }

    const boost::json::value& log() const { return file_.at("generated_keys").as_array().at(0); }

    SignatureKeyPair log_key_pair() const {
        return *ed25519_from_seed(SecretView::of_public(tests::hex_of(log().at("seed_hex"))));
    }

    boost::json::value file_ = tests::load_vectors("note_vectors.json");
};

Result<std::vector<VerifierKey>> open(const std::string& text,
                                      const std::vector<VerifierKey>& keys) {
    SERAI_TRY(note, Note::parse(text));
    return verify_note(note, keys);
}

// The keys of a note that are Ed25519 note keys; complete is false if there are others.
struct Keys {
    std::vector<VerifierKey> ed25519;
    bool complete = true;
};

Keys keys_of(const boost::json::value& note) {
    Keys keys;
    for (const auto& text : note.at("vkeys").as_array()) {
        const auto key = VerifierKey::parse(text_of(text));
        if (key) {
            keys.ed25519.push_back(*key);
        } else {
            keys.complete = false;
        }
    }
    return keys;
}

TEST_F(NoteVectors, notes_with_ed25519_keys_open_or_not_as_they_say) {
    int run = 0;
    for (const auto& v : file_.at("notes").as_array()) {
        const auto keys = keys_of(v);
        if (!keys.complete) {
            continue;
        }
        ++run;
        const auto signers = open(text_of(v.at("note")), keys.ed25519);
        EXPECT_EQ(signers.has_value(), v.at("valid").as_bool()) << text_of(v.at("id"));
        if (signers) {
            EXPECT_EQ(signers->size(), keys.ed25519.size()) << "each signer once";
        }
    }
    EXPECT_EQ(run, 14);
}

TEST_F(NoteVectors, cosigned_checkpoints_open_by_the_logs_key_alone_and_never_without_it) {
    int run = 0;
    for (const auto& v : file_.at("notes").as_array()) {
        if (keys_of(v).complete) {
            continue;
        }
        ++run;
        const auto id = text_of(v.at("id"));
        const auto checkpoint = open_checkpoint(text_of(v.at("note")), log_key());
        if (id == "gen-cosignatures-without-log") {
            EXPECT_EQ(checkpoint.error(), MerkleError::no_known_signature);
        } else {
            ASSERT_TRUE(checkpoint) << id;
            EXPECT_EQ(checkpoint->origin, log_key().name());
        }
    }
    EXPECT_EQ(run, 18);
}

TEST_F(NoteVectors, notes_are_written_as_they_were_read) {
    for (const auto& v : file_.at("notes").as_array()) {
        const auto text = text_of(v.at("note"));
        if (const auto note = Note::parse(text)) {
            EXPECT_EQ(note->to_string(), text) << text_of(v.at("id"));
        }
    }
}

TEST_F(NoteVectors, signing_with_the_logs_seed_gives_the_same_bytes) {
    int run = 0;
    for (const auto& v : file_.at("notes").as_array()) {
        const auto note = Note::parse(text_of(v.at("note")));
        if (!note || note->signatures.front().id != log_key().id()) {
            continue;
        }
        ++run;
        const auto line = sign_note(note->text, log_key().name(), log_key_pair());
        ASSERT_TRUE(line);
        EXPECT_EQ(*line, note->signatures.front()) << text_of(v.at("id"));
    }
    EXPECT_GE(run, 15);
}

TEST_F(NoteVectors, signed_checkpoints_are_the_same_notes) {
    for (const auto& v : file_.at("notes").as_array()) {
        if (!text_of(v.at("id")).starts_with("gen-log-only-")) {
            continue;
        }
        const auto checkpoint = open_checkpoint(text_of(v.at("note")), log_key());
        ASSERT_TRUE(checkpoint);
        EXPECT_EQ(*sign_checkpoint(*checkpoint, log_key_pair()), text_of(v.at("note")));
    }
}

TEST_F(NoteVectors, checkpoint_bodies_parse_or_not_as_they_say) {
    for (const auto& v : file_.at("checkpoint_bodies").as_array()) {
        const auto body = text_of(v.at("body"));
        const auto checkpoint = Checkpoint::parse(body);
        EXPECT_EQ(checkpoint.has_value(), v.at("valid").as_bool()) << text_of(v.at("why"));
        if (checkpoint) {
            EXPECT_EQ(checkpoint->text(), body);
        }
    }
}

TEST_F(NoteVectors, a_checkpoint_of_another_ecosystem_is_read) {
    for (const auto& v : file_.at("notes").as_array()) {
        if (!v.as_object().contains("checkpoint")) {
            continue;
        }
        const auto note = Note::parse(text_of(v.at("note")));
        const auto checkpoint = Checkpoint::parse(note->text);
        ASSERT_TRUE(checkpoint);
        EXPECT_EQ(checkpoint->origin, text_of(v.at("checkpoint").at("origin")));
        EXPECT_EQ(checkpoint->size.value(), tests::number_of(v.at("checkpoint").at("size")));
        // Its origin is not its key's name, which we ask of our own log.
        const auto key = *VerifierKey::parse(text_of(v.at("vkeys").as_array().at(0)));
        EXPECT_EQ(open_checkpoint(text_of(v.at("note")), key).error(), MerkleError::wrong_origin);
    }
}

TEST_F(NoteVectors, verifier_keys_parse_or_not_as_they_say) {
    for (const auto& v : file_.at("vkeys").as_array()) {
        const auto text = text_of(v.at("vkey"));
        const auto key = VerifierKey::parse(text);
        EXPECT_EQ(key.has_value(), v.at("valid").as_bool()) << text;
        if (key) {
            EXPECT_EQ(key->to_string(), text);
        }
    }
}

TEST_F(NoteVectors, generated_keys_have_their_verifier_keys) {
    const auto made =
        VerifierKey::make(text_of(log().at("name")), tests::hex_of(log().at("public_hex")));
    EXPECT_EQ(made->to_string(), text_of(log().at("vkey")));
    EXPECT_EQ(log_key_pair().public_key, tests::hex_of(log().at("public_hex")));
}

}  // namespace
}  // namespace serai::crypto::merkle
