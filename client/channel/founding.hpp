// Founds channels.
#pragma once

#include "client/channel/task.hpp"
#include "client/context.hpp"
#include "protocol/message/content.hpp"
#include "protocol/network/channel_rules.hpp"

#include <string>

namespace serai::client::channel {

// Founds a channel of a theme, alone in it at first. bad_argument for a title that is empty, longer than kMaxTitle or not
// printable UTF-8; not_permitted if this identity may not found one with these rules.
Result<GroupId> found(const Context& context,
                      const std::string& title,
                      const protocol::network::ChannelRules& rules);

// Goes on with a task of kind found, from wherever it is.
Result<GroupId> carry_on_found(const Context& context, Task task);

// A title as a message.
[[nodiscard]] protocol::message::Content title_content(const Context& context,
                                                       const std::string& title);

// SHA-256("serai/theme/v1" | name), shortened: every client makes the same id of a theme's name.
[[nodiscard]] ThemeId theme_of(std::string_view name);

}  // namespace serai::client::channel
