// Limits that are part of the protocol: both ends refuse what exceeds them. Server-local limits are configuration.
#pragma once

#include <cstddef>
#include <cstdint>

namespace serai::limits {

inline constexpr std::size_t kMaxWebSocketMessage =
    64 * 1024;  // bytes, all frames of one message together
inline constexpr std::size_t kMaxMlsMessage = 60 * 1024;  // bytes of one MLSMessage inside a frame
inline constexpr std::size_t kMaxPage = 48 * 1024;        // bytes of payload in one paged response
inline constexpr std::size_t kMaxPageEntries = 1024;
inline constexpr std::size_t kMaxKeyPackage = 16 * 1024;  // bytes
inline constexpr std::size_t kMaxMembers = 1000;          // of one channel
inline constexpr std::uint64_t kResumptionEpochs =
    32;  // whose resumption PSKs members keep, besides the present one's
inline constexpr std::size_t kMaxActFields = 32;
inline constexpr std::size_t kMaxKeyPackagesPerPublish =
    kMaxActFields;  // the act names each in a field of its own
inline constexpr std::size_t kMaxFieldValue = 32 * 1024;  // bytes
inline constexpr std::size_t kMaxCertificateChain =
    8 * 1024;  // bytes, all certificates of a chain together
inline constexpr std::size_t kMaxSignature = 8 * 1024;  // bytes; room for post-quantum signatures
inline constexpr std::size_t kMaxDetail = 512;          // bytes of an error's detail text
inline constexpr std::uint64_t kMaxDocument =
    64ull * 1024 * 1024 + 1024 * 1024;  // bytes of ciphertext

}  // namespace serai::limits
