#include "client/session/evidence.hpp"

#include "client/files.hpp"
#include "storage/file/durable.hpp"

#include <chrono>
#include <ctime>

namespace serai::client::session {
namespace {

std::string utc_now(const char* format) {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[64];
    const std::size_t n = std::strftime(text, sizeof text, format, &parts);
    return {text, n};
}

}  // namespace

EvidenceFile::EvidenceFile(std::string_view accusation) {
    content_ = "Serai evidence, version 1\n";
    text("accusation", accusation);
    text("noticed", utc_now("%Y-%m-%dT%H:%M:%SZ"));
}

EvidenceFile& EvidenceFile::text(std::string_view name, std::string_view value) {
    content_.append("\n== ").append(name).append("\n").append(value).append("\n");
    return *this;
}

EvidenceFile& EvidenceFile::bytes(std::string_view name, ByteView value) {
    return text(std::string{name} + " (hex)", to_hex(value));
}

std::optional<std::filesystem::path> EvidenceLocker::keep(const EvidenceFile& file) {
    if (!storage::file::make_folders(*files_, folder_, storage::file::SyncPoint::evidence_parent)) {
        return std::nullopt;
    }
    std::filesystem::path path;
    for (int n = 1; path.empty() || std::filesystem::exists(path); ++n) {
        path = folder_ / (utc_now("%Y%m%dT%H%M%SZ") + "-" + std::to_string(n) + ".txt");
    }
    if (!write_file_durably(path, as_bytes(file.content()), *files_)) {
        return std::nullopt;
    }
    return path;
}

ErrorCode EvidenceLocker::accuse(std::string accusation, const EvidenceFile& file) {
    auto path = keep(file);
    if (!path) {
        return diagnostics_->fail(
            ClientError::server_lied,
            accusation + " (the evidence could not be written to " + folder_.string() + ")");
    }
    return diagnostics_->lied(std::move(accusation), std::move(*path));
}

}  // namespace serai::client::session
