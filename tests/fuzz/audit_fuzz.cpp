// Entries of the audit log.
#include "protocol/message/audit.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace serai::protocol::message;

SERAI_FUZZ_DECODERS(Leaf, ShownField, Opening, Counter, Receipt, ActReceipt, OpenedEntry)
