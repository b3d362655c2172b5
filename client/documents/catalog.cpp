#include "client/documents/catalog.hpp"

#include "client/channel/store.hpp"

namespace serai::client::documents {
namespace {

constexpr std::size_t kMinIdDigits = 4;

bool fits(const crypto::document::Manifest& manifest, std::string_view name) {
    return manifest.name == name ||
           (name.size() >= kMinIdDigits && to_hex(manifest.document.value()).starts_with(name));
}

}  // namespace

Result<crypto::document::Manifest> manifest_of(const channel::HistoryEntry& entry) {
    if (!entry.content || entry.content->type != protocol::message::ContentType::document) {
        return ClientError::not_found;
    }
    return protocol::codec::decode_exact<crypto::document::Manifest>(entry.content->body);
}

Result<std::vector<Announced>> list(const vault::Vault& vault, const GroupId& group) {
    constexpr std::size_t kPage = 500;
    std::vector<Announced> found;
    RecordNumber from;
    while (true) {
        SERAI_TRY(page, channel::load_history(vault, group, from, kPage));
        for (const channel::HistoryEntry& entry : page) {
            if (auto manifest = manifest_of(entry)) {
                found.push_back({std::move(*manifest), entry.n, entry.time, entry.sender});
            }
            from = next(entry.n);
        }
        if (page.size() < kPage) {
            return found;
        }
    }
}

Result<Announced> find(const vault::Vault& vault, const GroupId& group, std::string_view name) {
    SERAI_TRY(all, list(vault, group));
    for (auto candidate = all.rbegin(); candidate != all.rend(); ++candidate) {
        if (fits(candidate->manifest, name)) {
            return std::move(*candidate);
        }
    }
    return ClientError::not_found;
}

}  // namespace serai::client::documents
