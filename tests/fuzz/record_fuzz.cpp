// What a channel's log holds and what members tell each other inside it.
#include "protocol/message/content.hpp"
#include "protocol/message/document.hpp"
#include "protocol/message/record.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace serai::protocol::message;

SERAI_FUZZ_DECODERS(ChannelRecord,
                    ChainHead,
                    RecordPosition,
                    ActReference,
                    ChannelAad,
                    RecordEntry,
                    RecordReceipt,
                    Content,
                    Marking)
