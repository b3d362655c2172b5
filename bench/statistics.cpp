#include "bench/statistics.hpp"

#include <algorithm>

namespace serai::bench {

Micros quantile(std::vector<Micros>& samples, double share) {
    const auto at = static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1));
    const auto place = samples.begin() + static_cast<std::ptrdiff_t>(at);
    std::nth_element(samples.begin(), place, samples.end());
    return *place;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

}  // namespace serai::bench
