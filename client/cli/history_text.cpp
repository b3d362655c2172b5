#include "client/cli/history_text.hpp"

#include "client/cli/names.hpp"
#include "crypto/document/manifest.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace serai::client::cli {
namespace {

namespace message = protocol::message;
namespace network = protocol::network;

std::string people(const network::Genesis& genesis, const std::vector<std::string>& devices) {
    std::string out;
    for (const std::string& device : devices) {
        out += (out.empty() ? "" : ", ") + person_text(genesis, device, true);
    }
    return out;
}

std::string change_text(const network::Genesis& genesis, const channel::HistoryEntry& entry) {
    const std::string who = person_text(genesis, entry.sender);
    std::string out;
    if (!entry.added.empty()) {
        out = who + " brought in " + people(genesis, entry.added);
    }
    if (!entry.removed.empty()) {
        out += (out.empty() ? who + " removed " : " and removed ") + people(genesis, entry.removed);
    }
    if (out.empty()) {
        out = who +
              (entry.note.empty() ? " renewed the channel's keys" : " " + printable(entry.note));
    } else if (!entry.note.empty()) {
        out += " (" + printable(entry.note) + ")";
    }
    return out;
}

std::string document_text(const message::Content& content) {
    const auto manifest = protocol::codec::decode_exact<crypto::document::Manifest>(content.body);
    if (!manifest) {
        return "[a document without a valid marking; refused]";
    }
    return "[document '" + printable(manifest->name) + "', " + size_text(manifest->true_length) +
           ", " + marking_text(manifest->marking) + "]";
}

std::string content_text(const message::Content& content) {
    switch (content.type) {
        case message::ContentType::text:
            return printable(as_text(content.body));
        case message::ContentType::title:
            return "";
        case message::ContentType::document:
            return document_text(content);
    }
    return "";
}

std::string_view kind_name(channel::EntryKind kind) {
    switch (kind) {
        case channel::EntryKind::established:
            return "established";
        case channel::EntryKind::change:
            return "change";
        case channel::EntryKind::message:
            return "message";
        case channel::EntryKind::unreadable:
            return "unreadable";
        case channel::EntryKind::removal_due:
            return "removal_due";
    }
    return "unknown";
}

boost::json::value document_json(const message::Content& content) {
    const auto manifest = protocol::codec::decode_exact<crypto::document::Manifest>(content.body);
    if (!manifest) {
        return nullptr;
    }
    return boost::json::object{{"name", manifest->name},
                               {"document", to_hex(manifest->document.value())},
                               {"version", manifest->document_version},
                               {"size", manifest->true_length},
                               {"marking", marking_json(manifest->marking)}};
}

boost::json::array texts(const std::vector<std::string>& list) {
    boost::json::array out;
    for (const std::string& text : list) {
        out.emplace_back(text);
    }
    return out;
}

}  // namespace

UnixMillis time_of(const message::OpenedEntry& entry) {
    constexpr std::uint64_t kMillis = 1000;
    const UnixSeconds time = entry.opening.seal ? entry.opening.seal->header.time : entry.leaf.time;
    return UnixMillis{time.value() * kMillis};
}

std::string time_text(const message::OpenedEntry& entry) {
    constexpr std::size_t kSeconds = 3;  // ":00"
    std::string text = local_time(time_of(entry));
    if (!entry.opening.seal) {
        text.resize(text.size() - kSeconds);
    }
    return text;
}

std::string marking_text(const message::Marking& marking) {
    std::string text = std::string{message::name(marking.tlp)} + ", " +
                       std::string{message::name(marking.handling)} + ", " + marking.source_grade +
                       std::to_string(marking.information_grade);
    return marking.conditions.empty() ? text : text + " (" + printable(marking.conditions) + ")";
}

boost::json::object marking_json(const message::Marking& marking) {
    return {{"tlp", message::name(marking.tlp)},
            {"handling", message::name(marking.handling)},
            {"conditions", marking.conditions},
            {"source", std::string(1, marking.source_grade)},
            {"information", marking.information_grade},
            {"originator", marking.originator.text()}};
}

std::string entry_text(const network::Genesis& genesis, const channel::HistoryEntry& entry) {
    const std::string when = local_time(entry.time, false) + "  ";
    switch (entry.kind) {
        case channel::EntryKind::established:
            return when + "* " + person_text(genesis, entry.sender) + " founded the channel";
        case channel::EntryKind::change:
            return when + "* " + change_text(genesis, entry);
        case channel::EntryKind::unreadable:
            return when + "* a message of " + person_text(genesis, entry.sender) +
                   " that cannot be read: " + printable(entry.note);
        case channel::EntryKind::removal_due:
            return when + "* " + people(genesis, entry.removed) +
                   " has to leave: " + printable(entry.note);
        case channel::EntryKind::message: {
            const std::string text = entry.content ? content_text(*entry.content) : "";
            return text.empty() ? "" : when + person_text(genesis, entry.sender) + ": " + text;
        }
    }
    return "";
}

boost::json::object entry_json(const channel::HistoryEntry& entry) {
    boost::json::object out{{"record", entry.n.value()},
                            {"leaf", entry.leaf.value()},
                            {"time", utc_time(entry.time)},
                            {"kind", kind_name(entry.kind)},
                            {"sender", entry.sender}};
    if (entry.content) {
        out["sent"] = utc_time(entry.content->sent);
        switch (entry.content->type) {
            case message::ContentType::text:
                out["text"] = as_text(entry.content->body);
                break;
            case message::ContentType::title:
                out["title"] = as_text(entry.content->body);
                break;
            case message::ContentType::document:
                out["document"] = document_json(*entry.content);
                break;
        }
    }
    if (!entry.added.empty()) {
        out["added"] = texts(entry.added);
    }
    if (!entry.removed.empty()) {
        out["removed"] = texts(entry.removed);
    }
    if (!entry.note.empty()) {
        out["note"] = entry.note;
    }
    return out;
}

}  // namespace serai::client::cli
