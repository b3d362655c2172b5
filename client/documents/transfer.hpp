// Puts documents into a channel and gets them out of it. Memory stays bounded by a few transfer steps whatever the size.
#pragma once

#include "client/channel/state.hpp"
#include "client/context.hpp"
#include "client/documents/catalog.hpp"
#include "client/documents/object_store.hpp"
#include "protocol/message/document.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace serai::client::documents {

// Told of the bytes of ciphertext that have arrived, out of how many.
using OnProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct PutInput {
    GroupId group;
    std::filesystem::path file;
    std::string name;        // that the recipients see
    std::string media_type;  // may be empty
    protocol::message::Marking marking;
};

// Encrypts the file into the spool folder, uploads that, seals it (a signed act) and announces it in the channel. Interrupted at any
// point, the same put goes on where it was: the ciphertext in the spool is the one that is uploaded, and the sealing is a task like
// any other. file_failed, too_large, not_permitted, wire errors.
Result<channel::HistoryEntry> put(const Context& context,
                                  ObjectStore& objects,
                                  const std::filesystem::path& spool,
                                  const PutInput& input,
                                  const OnProgress& on_progress);

struct Got {
    std::filesystem::path file;
    LogIndex opened_at;     // the leaf that says that we opened it
    LogIndex completed_at;  // and the one that says that it arrived
};

// Opens (a signed act, durable before the first byte), downloads, checks, decrypts into a file beside the target and renames it
// there, and says that it arrived. A broken connection is taken up again under the same opening. damaged_content if anything is
// not what the originator announced; file_failed.
Result<Got> get(const Context& context,
                ObjectStore& objects,
                const GroupId& group,
                const Announced& document,
                const std::filesystem::path& target,
                const OnProgress& on_progress);

}  // namespace serai::client::documents
