// Mailboxes: Welcomes that wait for a device. ApplyCommit puts them there.
//
// An item's sequence is the leaf index of its commit, so sequences of a mailbox rise and never repeat.
#pragma once

#include "protocol/message/request.hpp"
#include "storage/kv/store.hpp"
#include "storage/repo/prepare.hpp"

#include <cstdint>

namespace serai::storage::repo {

class Mailbox {
  public:
    explicit Mailbox(kv::Store& store) : store_(store) {}

    // A page, ascending, from a sequence on. Any thread; reads the store.
    [[nodiscard]] Result<protocol::message::Mailbox> list(const protocol::network::SpiffeId& device,
                                                          std::uint64_t from) const;

  private:
    kv::Store& store_;
};

// Deletes the asking device's items up to and including a sequence, and the tree of an epoch once the last of those who were
// added in it has taken its item. Response: Nothing. Has no entry: it is not accountable. Never refused.
struct DeleteMailbox {
    std::uint64_t through = 0;
};

[[nodiscard]] Prepared prepare(Repositories& repositories,
                               commit::Asked asked,
                               DeleteMailbox input);

}  // namespace serai::storage::repo
