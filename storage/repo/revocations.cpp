#include "storage/repo/revocations.hpp"

#include <algorithm>

namespace serai::storage::repo {

const RecordedCrl* Revocations::find(const std::string& trust_domain, ByteView issuer) const {
    const auto found = lists_.find({trust_domain, to_bytes(issuer)});
    return found == lists_.end() ? nullptr : &found->second;
}

bool Revocations::is_revoked(const std::string& trust_domain, ByteView serial) const {
    for (auto place = lists_.lower_bound({trust_domain, {}});
         place != lists_.end() && place->first.first == trust_domain;
         ++place) {
        if (place->second.crl.revokes(serial)) {
            return true;
        }
    }
    return false;
}

void Revocations::put(RecordedCrl crl) {
    std::pair key{crl.trust_domain, crl.crl.issuer()};
    lists_.insert_or_assign(std::move(key), std::move(crl));
    ++version_;
}

std::vector<RecordedCrl> Revocations::all() const {
    std::vector<RecordedCrl> out;
    for (const auto& [key, crl] : lists_) {
        out.push_back(crl);
    }
    std::ranges::sort(out, {}, &RecordedCrl::leaf);
    return out;
}

}  // namespace serai::storage::repo
