#include "server/runtime/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <ctime>

namespace serai::server::runtime {

namespace {

std::string_view level_name(LogLevel level) {
    constexpr std::array<std::string_view, 4> kNames{"debug", "info", "warning", "error"};
    return kNames.at(static_cast<std::size_t>(level));
}

std::string timestamp() {
    using namespace std::chrono;
    const auto now = system_clock::now();
    const auto seconds = system_clock::to_time_t(now);
    const auto millis = duration_cast<milliseconds>(now.time_since_epoch()).count() % 1000;
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                       utc.tm_year + 1900,
                       utc.tm_mon + 1,
                       utc.tm_mday,
                       utc.tm_hour,
                       utc.tm_min,
                       utc.tm_sec,
                       millis);
}

// Inside the double quotes of JSON; also keeps a text line one line.
void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            out += fmt::format("\\u{:04x}", byte);
        } else {
            out += c;
        }
    }
}

void append_json(std::string& line, std::string_view key, std::string_view value) {
    line += line.size() > 1 ? ",\"" : "\"";
    line += key;
    line += "\":\"";
    append_escaped(line, value);
    line += '"';
}

std::string json_line(LogLevel level, std::string_view event, Log::Fields fields) {
    std::string line = "{";
    append_json(line, "time", timestamp());
    append_json(line, "level", level_name(level));
    append_json(line, "event", event);
    for (const auto& field : fields) {
        if (const auto* number = std::get_if<std::uint64_t>(&field.value)) {
            line += fmt::format(",\"{}\":{}", field.key, *number);
        } else {
            append_json(line, field.key, std::get<std::string_view>(field.value));
        }
    }
    line += '}';
    return line;
}

std::string text_line(LogLevel level, std::string_view event, Log::Fields fields) {
    std::string line = fmt::format("{} {} {}", timestamp(), level_name(level), event);
    for (const auto& field : fields) {
        line += fmt::format(" {}=", field.key);
        if (const auto* number = std::get_if<std::uint64_t>(&field.value)) {
            line += std::to_string(*number);
            continue;
        }
        const auto value = std::get<std::string_view>(field.value);
        const bool quoted = value.empty() || value.find_first_of(" \"=") != value.npos;
        line += quoted ? "\"" : "";
        append_escaped(line, value);
        line += quoted ? "\"" : "";
    }
    return line;
}

std::shared_ptr<spdlog::logger> standard_error_logger() {
    return std::make_shared<spdlog::logger>("serai",
                                            std::make_shared<spdlog::sinks::stderr_sink_mt>());
}

}  // namespace

Log::Log(LogLevel level, LogFormat format) : Log(level, format, standard_error_logger()) {}

Log::Log(LogLevel level, LogFormat format, std::shared_ptr<spdlog::logger> logger)
    : level_(level), format_(format), logger_(std::move(logger)) {
    logger_->set_pattern("%v");
    logger_->set_level(spdlog::level::trace);
    logger_->flush_on(spdlog::level::info);
}

void Log::write(LogLevel level, std::string_view event, Fields fields) const {
    if (level < level_) {
        return;
    }
    logger_->info(format_ == LogFormat::json ? json_line(level, event, fields)
                                             : text_line(level, event, fields));
}

void Log::debug(std::string_view event, Fields fields) const {
    write(LogLevel::debug, event, fields);
}

void Log::info(std::string_view event, Fields fields) const {
    write(LogLevel::info, event, fields);
}

void Log::warning(std::string_view event, Fields fields) const {
    write(LogLevel::warning, event, fields);
}

void Log::error(std::string_view event, Fields fields) const {
    write(LogLevel::error, event, fields);
}

void Log::flush() const {
    logger_->flush();
}

}  // namespace serai::server::runtime
