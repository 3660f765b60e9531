#!/usr/bin/env bash
# The viewmaker network and what it does to perturbations, here and in PyTorch, side by side: rounds in turn, medians, two
# threads of the CPU.
#   bash benchmarks/viewmaker.sh [ROUNDS]
# PYTHON names the Python that has torch (python3 unless set).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-5} python=${PYTHON:-python3}
bash eng/setup.sh > /dev/null
dotnet build benchmarks/SelfSupervised.Benchmarks -c Release --nologo -v quiet -clp:NoSummary
sorted() { printf '%s\n' "$@" | sort -n; }
median() { sorted "$@" | sed -n "$(($# / 2 + 1))p"; }
range() { sorted "$@" | sed -n '1p;$p' | paste -sd- ; }
row() { # row NAME OURS THEIRS: what follows `viewmaker` here, and the script there
  local ours=() theirs=()
  for _ in $(seq "$rounds"); do
    # shellcheck disable=SC2086 # lists of words
    ours+=("$(dotnet benchmarks/SelfSupervised.Benchmarks/bin/Release/net10.0/SelfSupervised.Benchmarks.dll viewmaker $2)")
    # shellcheck disable=SC2086
    theirs+=("$("$python" benchmarks/peers/viewmaker.py $3)")
  done
  local a b
  a=$(median "${ours[@]}") b=$(median "${theirs[@]}")
  echo "| $1 | $a ($(range "${ours[@]}")) | $b ($(range "${theirs[@]}")) | $(awk "BEGIN { printf \"%.2f\", $b / $a }") |"
}
echo "| $rounds rounds in turn | here, ms | PyTorch, ms | times as fast |"
echo '|---|---:|---:|---:|'
for batch in 64 128; do
  row "network, $batch images, forward" "network forward $batch" "network forward $batch"
  row "network, $batch images, forward and backward" "network both $batch" "network both $batch"
done
# So that the kernels are measured, not how the C library gives memory back and gets it again at each call.
export MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=1073741824
for side in 32 96; do
  batch=$((side == 32 ? 256 : 128))
  for kernel in copy clamp L1 L2 LInfinity L0 projection dct; do
    row "$kernel, $batch images of ${side}x$side" "kernel $kernel $side" "kernel $kernel $batch $side"
  done
done
"$python" -c 'import torch; print(f"\ntorch {torch.__version__}")'
