#!/usr/bin/env bash
# What one tiny operator costs here and in Python, side by side: torch.add on ten elements, rounds in turn, medians.
#   bash benchmarks/operator-overhead.sh [ROUNDS]
# PYTHON names the Python that has torch (python3 unless set).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-9} python=${PYTHON:-python3}
bash eng/setup.sh > /dev/null
dotnet build benchmarks/SelfSupervised.Benchmarks -c Release --nologo -v quiet -clp:NoSummary
ours=() theirs=()
for _ in $(seq "$rounds"); do
  ours+=("$(dotnet benchmarks/SelfSupervised.Benchmarks/bin/Release/net10.0/SelfSupervised.Benchmarks.dll overhead)")
  theirs+=("$("$python" benchmarks/peers/operator_overhead.py)")
done
sorted() { printf '%s\n' "$@" | sort -n; }
median() { sorted "$@" | sed -n "$(($# / 2 + 1))p"; }
range() { sorted "$@" | sed -n '1p;$p' | paste -sd- ; }
a=$(median "${ours[@]}") b=$(median "${theirs[@]}")
echo '| add of ten elements, one thread | median ns per call | range |'
echo '| --- | ---: | ---: |'
echo "| .NET, in a dispose scope of its own | $a | $(range "${ours[@]}") |"
echo "| Python $("$python" -c 'import torch; print("torch", torch.__version__)') | $b | $(range "${theirs[@]}") |"
awk "BEGIN { printf \"\n%.2f times Python's (%d rounds in turn)\n\", $a / $b, $rounds }"
