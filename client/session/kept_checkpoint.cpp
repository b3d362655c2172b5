#include "client/session/log_view.hpp"

namespace serai::client::session {

namespace merkle = crypto::merkle;

Result<KeptCheckpoint> KeptCheckpoint::decode(protocol::codec::Reader& reader) {
    SERAI_TRY(note, reader.vector(merkle::kMaxNote));
    return KeptCheckpoint{std::string{as_text(note)}};
}

}  // namespace serai::client::session
