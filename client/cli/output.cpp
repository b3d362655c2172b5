#include "client/cli/output.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <iostream>

namespace serai::client::cli {
namespace {

constexpr std::uint64_t kMillis = 1000;

std::string format_time(const std::tm& parts, const char* format) {
    std::array<char, 64> text{};
    const std::size_t n = std::strftime(text.data(), text.size(), format, &parts);
    return {text.data(), n};
}

// Characters a terminal shows for well-formed UTF-8: continuation bytes take no place.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string printable(std::string_view text) {
    constexpr unsigned char kC1Lead = 0xC2;  // U+0080 to U+009F are C2 80 to C2 9F
    std::string out;
    const auto escape = [&out](unsigned char byte) {
        out += "\\x" + to_hex(ByteArray<1>{byte});
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto after = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        if (byte == kC1Lead && after >= 0x80 && after < 0xA0) {
            escape(byte);
            escape(static_cast<unsigned char>(after));
            ++i;
        } else if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F) {
            escape(byte);
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string local_time(UnixMillis time, bool with_date) {
    const auto seconds = static_cast<std::time_t>(time.value() / kMillis);
    std::tm parts{};
    localtime_r(&seconds, &parts);
    return format_time(parts, with_date ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S");
}

std::string utc_time(UnixMillis time) {
    const auto seconds = static_cast<std::time_t>(time.value() / kMillis);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return format_time(parts, "%Y-%m-%dT%H:%M:%SZ");
}

std::string size_text(std::uint64_t bytes) {
    constexpr std::array kUnits{"bytes", "KiB", "MiB", "GiB"};
    constexpr double kStep = 1024;
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= kStep && unit + 1 < kUnits.size()) {
        value /= kStep;
        ++unit;
    }
    std::array<char, 32> text{};
    const int n = std::snprintf(
        text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, kUnits.at(unit));
    return {text.data(), static_cast<std::size_t>(n)};
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width_of(row[i]));
        }
    }
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            constexpr std::size_t kGap = 2;
            line += row[i];
            if (i + 1 < row.size()) {
                line.append(widths[i] - width_of(row[i]) + kGap, ' ');
            }
        }
        out += line + "\n";
    }
    if (!out.empty()) {
        out.pop_back();
    }
    return out;
}

void Output::say(std::string_view line) const {
    if (!json) {
        std::cout << line << std::endl;
    }
}

void Output::emit(const boost::json::value& value) const {
    if (json) {
        std::cout << boost::json::serialize(value) << std::endl;
    }
}

void Output::note(std::string_view line) const {
    std::cerr << line << std::endl;
}

ProgressBar::ProgressBar(std::string label, std::uint64_t total)
    : label_(std::move(label)), total_(total), terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
    if (terminal_ && percent_ >= 0) {
        std::cerr << "\r\033[K" << std::flush;
    }
}

void ProgressBar::show(std::uint64_t done) {
    constexpr std::uint64_t kWhole = 100;
    const int percent = static_cast<int>(total_ == 0 ? kWhole : done * kWhole / total_);
    if (!terminal_ || percent == percent_) {
        return;
    }
    percent_ = percent;
    constexpr int kCells = 30;
    const int filled = percent * kCells / static_cast<int>(kWhole);
    std::cerr << "\r" << label_ << "  [" << std::string(static_cast<std::size_t>(filled), '#')
              << std::string(static_cast<std::size_t>(kCells - filled), '.') << "] " << percent
              << "% of " << size_text(total_) << std::flush;
}

}  // namespace serai::client::cli
