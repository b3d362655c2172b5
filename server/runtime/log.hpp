// Structured log lines: an event name and fields. Never content, keys, tokens or a peer's free text.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace spdlog {
class logger;
}

namespace serai::server::runtime {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };

enum class LogFormat : std::uint8_t {
    text,  // 2026-03-01T08:00:00.123Z info session_opened device=spiffe://... party=UZ
    json,  // {"time":"...","level":"info","event":"session_opened","device":"..."}
};

// One field. The text it refers to must live until the call returns.
struct LogField {
    std::string_view key;
    std::variant<std::string_view, std::uint64_t> value;

    LogField(std::string_view k, std::string_view v) : key(k), value(v) {}

    LogField(std::string_view k, const std::string& v) : key(k), value(std::string_view{v}) {}

    LogField(std::string_view k, const char* v) : key(k), value(std::string_view{v}) {}

    LogField(std::string_view k, std::uint64_t v) : key(k), value(v) {}
};

// Writes to the standard error stream, or to a sink of a test. Thread-safe.
class Log {
  public:
    using Fields = std::initializer_list<LogField>;

    Log(LogLevel level, LogFormat format);
    Log(LogLevel level, LogFormat format, std::shared_ptr<spdlog::logger> logger);

    void debug(std::string_view event, Fields fields = {}) const;
    void info(std::string_view event, Fields fields = {}) const;
    void warning(std::string_view event, Fields fields = {}) const;
    void error(std::string_view event, Fields fields = {}) const;

    void flush() const;

  private:
    void write(LogLevel level, std::string_view event, Fields fields) const;

    LogLevel level_;
    LogFormat format_;
    std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace serai::server::runtime
