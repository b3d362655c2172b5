#include "client/documents/spool.hpp"

#include "client/documents/transfer.hpp"
#include "crypto/document/padding.hpp"
#include "crypto/primitive/hash.hpp"
#include "crypto/secret/secret.hpp"
#include "storage/file/durable.hpp"

#include <algorithm>
#include <fstream>

namespace serai::client::documents {
namespace {

namespace document = crypto::document;
namespace file = storage::file;
using protocol::network::DocumentId;

constexpr std::string_view kExtension = ".sealed";

// Ciphertext on its way into a file: counted, hashed, written.
class Writer {
  public:
    explicit Writer(file::File& out) : out_(out) {}

    Result<void> write(Bytes& ciphertext) {
        digest_.update(ciphertext);
        SERAI_CHECK(out_.write(length_, ciphertext));
        length_ += ciphertext.size();
        ciphertext.clear();
        return {};
    }

    void finish(document::Manifest& manifest) {
        manifest.ciphertext_length = length_;
        manifest.ciphertext_digest = digest_.finish();
    }

  private:
    file::File& out_;
    crypto::Sha256 digest_;
    std::uint64_t length_ = 0;
};

Result<void> encrypt(std::ifstream& in,
                     file::File& out,
                     document::Encryptor& encryptor,
                     document::Manifest& manifest) {
    const std::uint64_t padded = document::padded_length(manifest.true_length);
    Writer writer{out};
    Bytes plaintext(static_cast<std::size_t>(kTransferStep));
    Bytes ciphertext;
    for (std::uint64_t done = 0; done < padded;) {
        const std::uint64_t step = std::min(kTransferStep, padded - done);
        const std::span part = std::span{plaintext}.first(static_cast<std::size_t>(step));
        std::ranges::fill(part, std::uint8_t{0});
        if (done < manifest.true_length) {
            const auto wanted =
                static_cast<std::streamsize>(std::min(step, manifest.true_length - done));
            in.read(reinterpret_cast<char*>(part.data()), wanted);
            if (in.gcount() != wanted) {
                return ClientError::file_failed;
            }
        }
        SERAI_CHECK(encryptor.update(part, ciphertext));
        SERAI_CHECK(writer.write(ciphertext));
        done += step;
    }
    crypto::wipe(plaintext);
    SERAI_CHECK(encryptor.finish(ciphertext));
    SERAI_CHECK(writer.write(ciphertext));
    writer.finish(manifest);
    return {};
}

}  // namespace

std::filesystem::path Spool::file(const DocumentId& document) const {
    return folder_ / (to_hex(document.value()) + std::string{kExtension});
}

bool Spool::holds(const DocumentId& document) const {
    const auto there = file::exists(files_, file(document));
    return there && *there;
}

Result<void> Spool::fill(const std::filesystem::path& source,
                         document::Encryptor encryptor,
                         document::Manifest& manifest) {
    const auto filled = [&]() -> Result<void> {
        SERAI_CHECK(file::make_folders(files_, folder_, file::SyncPoint::spool_parent));
        std::ifstream in{source, std::ios::binary};
        if (!in) {
            return ClientError::file_failed;
        }
        {
            SERAI_TRY(out, files_.open(file(manifest.document), file::OpenMode::create_new));
            SERAI_CHECK(encrypt(in, *out, encryptor, manifest));
            SERAI_CHECK(out->sync(file::SyncPoint::spool_file));
        }
        return files_.sync_directory(folder_, file::SyncPoint::spool_directory);
    }();
    return filled ? Result<void>{} : Result<void>{ClientError::file_failed};
}

void Spool::remove(const DocumentId& document) {
    static_cast<void>(files_.remove(file(document)));
}

void Spool::remove_others(const std::set<std::string>& named) {
    const auto names = files_.list(folder_);
    if (!names) {
        return;  // there is no folder before the first put
    }
    for (const std::filesystem::path name : *names) {
        if (name.extension() == kExtension && !named.contains(name.stem().string())) {
            static_cast<void>(files_.remove(folder_ / name));
        }
    }
}

}  // namespace serai::client::documents
