#!/usr/bin/env bash
# SimCLR's CIFAR-10 views of batches of 256 images, side by side: this library's two executors, torchvision, kornia, and
# torch operators on the batch. Rounds in turn, medians, on the CPU.
#   bash benchmarks/views.sh [ROUNDS]
# PYTHON names the Python that has torch and torchvision (python3 unless set); without kornia its row is left out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-5} python=${PYTHON:-python3}
bash eng/setup.sh > /dev/null
dotnet build benchmarks/SelfSupervised.Benchmarks -c Release --nologo -v quiet -clp:NoSummary
peers=(batched torchvision-0 torchvision-2)
if "$python" -c 'import kornia' 2> /dev/null; then peers+=(kornia); fi
declare -A rates
for _ in $(seq "$rounds"); do
  for executor in Fused Torch; do
    rates[$executor]+=" $(dotnet benchmarks/SelfSupervised.Benchmarks/bin/Release/net10.0/SelfSupervised.Benchmarks.dll views "$executor")"
  done
  for peer in "${peers[@]}"; do rates[$peer]+=" $("$python" benchmarks/peers/views.py "$peer")"; done
done
sorted() { printf '%s\n' "$@" | sort -n; }
median() { sorted "$@" | sed -n "$(($# / 2 + 1))p"; }
range() { sorted "$@" | sed -n '1p;$p' | paste -sd- ; }
# shellcheck disable=SC2086 # lists of numbers
fused=$(median ${rates[Fused]})
echo "| views of 256 images of 32x32, $(nproc) cores, $rounds rounds in turn | median images/s | range | fused is |"
echo '| --- | ---: | ---: | ---: |'
row() { # row NAME KEY
  # shellcheck disable=SC2086
  set -- "$1" "$(median ${rates[$2]})" "$(range ${rates[$2]})"
  echo "| $1 | $2 | $3 | $(awk "BEGIN { printf \"%.1f\", $fused / $2 }") times as fast |"
}
row 'here, fused' Fused
row 'here, torch' Torch
row 'torch operators on the batch, in Python' batched
if [ -n "${rates[kornia]:-}" ]; then row "kornia $("$python" -c 'import kornia; print(kornia.__version__)')" kornia; fi
row 'torchvision, one process' torchvision-0
row 'torchvision, two workers' torchvision-2
"$python" -c 'import torch, torchvision; print(f"\ntorch {torch.__version__}, torchvision {torchvision.__version__}")'
