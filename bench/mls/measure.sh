#!/usr/bin/env bash
# Measures and prints the tables of bench/README.md, medians of five runs; bench/mls/measure.sh [build folder]. The CSV stays in
# <build folder>/mls.csv.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

folder=${1:-build/bench}
"$folder/bin/bench_mls" --benchmark_repetitions=5 --benchmark_report_aggregates_only=true --benchmark_min_time=0.2 \
    --benchmark_format=csv >"$folder/mls.csv"
awk -f bench/mls/table.awk "$folder/mls.csv"
