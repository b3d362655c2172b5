// Every structure that is decoded from outside, from a disk or from a vault stands in a fuzz target, by itself or as a part of one that does.
#include "tests/layering/tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace serai::layering {
namespace {

struct Part {
    std::string_view structure;
    std::string_view whole;  // which stands in a target and decodes the part on every path to it
};

// Not by themselves in a target. A structure that holds nothing, or that the person before the program types, has "" for its whole.
constexpr Part kParts[] = {
    {"Add", "Proposal"},
    {"Update", "Proposal"},
    {"Remove", "Proposal"},
    {"PreSharedKey", "Proposal"},
    {"ExternalInit", "Proposal"},
    {"GroupContextExtensions", "Proposal"},
    {"Extension", "Extensions"},
    {"UpdatePathNode", "UpdatePath"},
    {"HpkeCiphertextWire", "UpdatePath"},
    {"FramedContentAuthData", "PublicMessage"},
    {"EncryptedGroupSecrets", "Welcome"},
    {"HashRatchet", "Group"},
    {"ActRequest", "Act"},
    {"Nothing", ""},
    {"Endpoint", ""},
    {"PartyInput", ""},
};

struct Decoder {
    std::string structure;
    std::string place;  // its header
};

std::vector<Decoder> decoders_of(const SourceFile& file) {
    static const std::regex kDecode{R"re(static Result<(?:\w+::)*(\w+)> (?:decode|parse)\()re"};
    std::vector<Decoder> found;
    const std::sregex_iterator end;
    for (std::sregex_iterator match{file.text.begin(), file.text.end(), kDecode}; match != end;
         ++match) {
        found.push_back({(*match)[1], file.path});
    }
    return found;
}

std::set<std::string> words_of(const std::string& text) {
    static const std::regex kWord{R"re((?:\w+::)*\w+)re"};
    std::set<std::string> words;
    const std::sregex_iterator end;
    for (std::sregex_iterator match{text.begin(), text.end(), kWord}; match != end; ++match) {
        const std::string name = match->str();
        // Under each shorter name too: a::b::C is b::C and C.
        for (std::size_t at = 0; at != std::string::npos;) {
            words.insert(name.substr(at));
            at = name.find("::", at);
            at = at == std::string::npos ? at : at + 2;
        }
    }
    return words;
}

// Comments say much that no target does.
std::string without_comments(const std::string& text) {
    static const std::regex kComment{R"re(//[^\n]*)re"};
    return std::regex_replace(text, kComment, "");
}

// Whether a target names the structure, in one of the namespaces that the folders of its header are.
bool is_named_with_a_folder(const std::set<std::string>& named, const Decoder& decoder) {
    std::istringstream folders{decoder.place};
    for (std::string folder; std::getline(folders, folder, '/');) {
        if (named.contains(folder + "::" + decoder.structure)) {
            return true;
        }
    }
    return false;
}

const Part* part_of(std::string_view structure) {
    const auto* const found = std::ranges::find(kParts, structure, &Part::structure);
    return found == std::end(kParts) ? nullptr : found;
}

// The decoders without a target. Of several structures with one name each must be named with its folder: repo::Upload.
std::vector<std::string> unfuzzed(const std::vector<SourceFile>& sources,
                                  const std::string& targets) {
    std::vector<Decoder> decoders;
    for (const SourceFile& file : sources) {
        const auto more = decoders_of(file);
        decoders.insert(decoders.end(), more.begin(), more.end());
    }
    const auto named = words_of(without_comments(targets));
    std::vector<std::string> missing;
    for (const Decoder& decoder : decoders) {
        const bool alone =
            std::ranges::count(decoders, decoder.structure, &Decoder::structure) == 1;
        const bool direct = alone ? named.contains(decoder.structure) ||
                                        named.contains(decoder.structure + "::parse")
                                  : is_named_with_a_folder(named, decoder);
        const Part* part = part_of(decoder.structure);
        const bool in_a_whole =
            part != nullptr && (part->whole.empty() || named.contains(std::string{part->whole}));
        if (!direct && !in_a_whole) {
            missing.push_back(decoder.structure + " of " + decoder.place);
        }
    }
    return missing;
}

std::vector<SourceFile> sources_with_decoders() {
    auto sources = project_sources();
    std::erase_if(sources, [](const SourceFile& file) {
        // The vault's own decode<T> is for any structure, and so names none.
        return file.path.starts_with("tests/") || file.path.starts_with("bench/") ||
               file.path == "client/vault/vault.hpp";
    });
    return sources;
}

std::string fuzz_targets() {
    std::string text;
    for (const SourceFile& file : project_sources()) {
        // Not those that make seeds: they name much that no target decodes.
        const bool target = file.path.ends_with("_fuzz.cpp") || file.path.ends_with(".hpp");
        if (file.path.starts_with("tests/fuzz/") && target) {
            text += file.text;
        }
    }
    return text;
}

TEST(FuzzTargets, have_every_structure_that_is_decoded) {
    const auto sources = sources_with_decoders();
    std::size_t decoders = 0;
    for (const SourceFile& file : sources) {
        decoders += decoders_of(file).size();
    }
    ASSERT_GT(decoders, 100U);

    for (const std::string& name : unfuzzed(sources, fuzz_targets())) {
        ADD_FAILURE() << name << " is in no fuzz target";
    }
}

TEST(FuzzTargets, name_no_part_that_is_not_there) {
    std::set<std::string> structures;
    for (const SourceFile& file : sources_with_decoders()) {
        for (const Decoder& decoder : decoders_of(file)) {
            structures.insert(decoder.structure);
        }
    }
    for (const Part& part : kParts) {
        EXPECT_TRUE(structures.contains(std::string{part.structure})) << part.structure;
    }
}

// Planted faults.

TEST(FuzzRules, find_a_structure_without_a_target) {
    const std::vector<SourceFile> sources{
        {"protocol/a.hpp", "struct A { static Result<A> decode(Reader&); };"}};

    EXPECT_TRUE(unfuzzed(sources, "SERAI_FUZZ_DECODERS(serai::A)").empty());
    EXPECT_EQ(unfuzzed(sources, "SERAI_FUZZ_DECODERS(B) // A").size(), 1U);
    EXPECT_EQ(unfuzzed(sources, "SERAI_FUZZ_DECODERS(AB)").size(), 1U);

    const std::vector<SourceFile> texts{
        {"crypto/a.hpp", "struct A { static Result<A> parse(std::string_view); };"}};
    EXPECT_TRUE(unfuzzed(texts, "a::A::parse(text)").empty());
    EXPECT_EQ(unfuzzed(texts, "B::parse(text)").size(), 1U);
}

TEST(FuzzRules, tell_namesakes_apart_by_their_folders) {
    const std::vector<SourceFile> sources{
        {"client/documents/a.hpp", "static Result<Upload> decode(Reader&);"},
        {"storage/repo/a.hpp", "static Result<Upload> decode(Reader&);"}};

    EXPECT_TRUE(unfuzzed(sources, "client::documents::Upload, repo::Upload").empty());
    EXPECT_EQ(unfuzzed(sources, "repo::Upload").size(), 1U);
    EXPECT_EQ(unfuzzed(sources, "Upload").size(), 2U);
}

}  // namespace
}  // namespace serai::layering
