// Our key packages in the server's directory, by which others bring us into channels. Each is good until our certificate ends, for one
// channel; but one is of last resort, given out only while there is no other, and may be used more than once until it is replaced.
#pragma once

#include "client/channel/task.hpp"
#include "client/context.hpp"
#include "crypto/mls/wire/key_package.hpp"

#include <cstdint>

namespace serai::client::channel {

inline constexpr std::uint32_t kStock = 16;    // key packages that wait after a refill
inline constexpr std::uint32_t kLowStock = 6;  // fewer are refilled on the next connect

// Both erase the private keys of key packages whose lifetime is over, unless a Welcome for them waits in the mailbox.

// Makes sure that at least `wanted` key packages wait in the directory, and one of last resort that is good for a while. Saved before
// they are published.
Result<void> stock_key_packages(const Context& context, std::uint32_t wanted);

// The same, up to kStock, if fewer than kLowStock are left or the one of last resort was used or ends soon. For every connect.
Result<void> tend_stock(const Context& context);

// Goes on with a task of kind publish. Only what the directory has acknowledged takes the place of the former one of last resort; the
// private keys of what it refused are erased.
Result<void> carry_on_publish(const Context& context, const Task& task);

// A Welcome was opened with this key package: its private keys leave the vault with the batch, unless it is of last resort; then it is
// noted, and the next tending replaces it. The keys of a replaced one stay until the one after it is replaced too, since somebody may
// have taken it just before.
Result<void> use_up(const vault::Vault& vault,
                    vault::Batch& batch,
                    ByteView reference,
                    const crypto::mls::KeyPackage& key_package);

}  // namespace serai::client::channel
