// What commands print. For people: sentences on the standard output, progress and troubles on the standard error. With --json:
// one JSON value per line on the standard output, and nothing else there.
#pragma once

#include "protocol/base/bytes.hpp"
#include "protocol/base/strong_id.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace serai::client::cli {

// Text that may come from others, made safe for a terminal: control characters but line breaks and tabs are shown as \xNN.
[[nodiscard]] std::string printable(std::string_view text);

// "2026-11-24 05:12:40" in local time; with_date false: the time alone.
[[nodiscard]] std::string local_time(UnixMillis time, bool with_date = true);

// "2026-11-24T05:12:40Z"
[[nodiscard]] std::string utc_time(UnixMillis time);

// "1.4 MiB"
[[nodiscard]] std::string size_text(std::uint64_t bytes);

// A table with left-aligned columns; the first row is the heading.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows);

class Output {
  public:
    bool json = false;

    // A line for a person; nothing with --json.
    void say(std::string_view line) const;

    // A JSON value for a script; nothing without --json.
    void emit(const boost::json::value& value) const;

    // A remark beside the result, on the standard error, whoever reads.
    void note(std::string_view line) const;
};

// A bar on the standard error while something long goes on; silent unless that is a terminal.
class ProgressBar {
  public:
    ProgressBar(std::string label, std::uint64_t total);
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    // Clears the line.
    ~ProgressBar();

    void show(std::uint64_t done);

  private:
    std::string label_;
    std::uint64_t total_;
    bool terminal_;
    int percent_ = -1;
};

}  // namespace serai::client::cli
