// What a client reads back from its vault. Others cannot write there without the passphrase; but what is read was decoded from the wire
// once, and a decoder that takes what it would not have written has a hole on one side.
#include "client/channel/state.hpp"
#include "client/channel/stock_note.hpp"
#include "client/channel/task.hpp"
#include "client/documents/upload.hpp"
#include "client/session/log_view.hpp"
#include "client/setup/settings.hpp"
#include "client/vault/head.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace serai::client;

SERAI_FUZZ_DECODERS(channel::ChannelState,
                    channel::HistoryEntry,
                    channel::Task,
                    channel::FoundPayload,
                    channel::RosterPayload,
                    channel::SendPayload,
                    channel::SealPayload,
                    channel::RejoinPayload,
                    channel::StockNote,
                    documents::Upload,
                    session::KeptCheckpoint,
                    setup::Settings,
                    vault::Head)
