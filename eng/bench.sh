#!/usr/bin/env bash
# Measures the library beside its peers in one run, and writes a page of ratios with the floor of each kind of work.
#   bash eng/bench.sh [OUTPUT] [NAME...]
# OUTPUT is the page, benchmarks/results/cpu.md unless given. NAMEs are scripts of benchmarks/, without .sh, and what they take, such as
# 'train-step small'; all of them unless given.
# PYTHON names the Python that has torch and torchvision, python3 unless set; LIGHTLY, KORNIA and PML name checkouts of lightly, kornia
# and pytorch-metric-learning, whose own code is timed then. ROUNDS (3 unless set), DEVICE, WRAP and BENCHMARKS: benchmarks/sides.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
output=${1:-benchmarks/results/cpu.md}
names=("${@:2}")
[ ${#names[@]} -gt 0 ] || names=(losses memory views view-operators viewmaker train-step gradient-cache operator-overhead)
export ROUNDS=${ROUNDS:-3}
source benchmarks/sides.sh

mkdir -p "$(dirname "$output")"
page=$(mktemp)
trap 'rm -f "$page"' EXIT
{
  echo '# Side by side'
  echo
  echo "Written by \`bash eng/bench.sh\` on $(date -u +%F). The sides of a group take turns, a process of its own each time; medians of the"
  echo 'rounds, and their range. A floor is what the work takes at least: the products, convolutions or copies in it alone.'
  echo '[Performance](../../docs/performance.md) says what the figures mean.'
  echo
  peer machine
  here machine
} > "$page"
for name in "${names[@]}"; do
  read -ra words <<< "$name"
  {
    echo
    echo "## $(sed -n '2s/^# \([^:,.]*\).*/\1/p' "benchmarks/${words[0]}.sh")"
    echo
    bash "benchmarks/${words[0]}.sh" "${words[@]:1}"
  } | tee -a "$page"
done
cp "$page" "$output"
echo "bench: $output"
