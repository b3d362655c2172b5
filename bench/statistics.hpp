// Numbers that a person compares.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace serai::bench {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;
using Micros = std::chrono::duration<double, std::micro>;

// Value below which this share (0 to 1) of the samples lies; the samples are reordered, there must be one.
[[nodiscard]] Micros quantile(std::vector<Micros>& samples, double share);

// Of one value at least.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace serai::bench
