#!/usr/bin/env bash
# What momentum and memory add to a step, side by side: the update of a ResNet-50's key encoder, 256 keys into a queue of 65,536, 256
# embeddings into a bank of 50,000. Rounds in turn, medians, on the CPU.
#   bash benchmarks/memory.sh [ROUNDS]
# PYTHON names the Python that has torch and torchvision (python3 unless set).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-5} python=${PYTHON:-python3}
bash eng/setup.sh > /dev/null
dotnet build benchmarks/SelfSupervised.Benchmarks -c Release --nologo -v quiet -clp:NoSummary
declare -A times
for _ in $(seq "$rounds"); do
  while read -r name time; do times[$name]+=" $time"; done < <(
    dotnet benchmarks/SelfSupervised.Benchmarks/bin/Release/net10.0/SelfSupervised.Benchmarks.dll memory
    "$python" benchmarks/peers/memory.py)
done
sorted() { printf '%s\n' "$@" | sort -n; }
median() { sorted "$@" | sed -n "$(($# / 2 + 1))p"; }
range() { sorted "$@" | sed -n '1p;$p' | paste -sd- ; }
echo "| $(nproc) cores, $rounds rounds in turn | median ms | range | ours is |"
echo '| --- | ---: | ---: | ---: |'
row() { # row NAME KEY OURS
  # shellcheck disable=SC2086 # lists of numbers
  set -- "$1" "$(median ${times[$2]})" "$(range ${times[$2]})" "$(median ${times[$3]})"
  echo "| $1 | $2 | $3 | $(awk "BEGIN { printf \"%.2f\", $2 / $4 }") times as fast |"
}
row 'key encoder of 25.6 M parameters, here' update update
row 'a loop of mul_ and add_, here' update-loop update
row 'a loop of mul_ and add_, PyTorch' update-python-loop update
row 'torch._foreach, PyTorch' update-foreach update
row "MoCo's own way, PyTorch" update-moco update
row 'copying 25.6 M numbers once' copy update
row '256 keys into the queue, here' enqueue enqueue
row "the same, MoCo's own way" enqueue-python enqueue
row '256 embeddings into the bank, here' bank bank
row 'the same, PyTorch' bank-python bank
"$python" -c 'import torch; print(f"\ntorch {torch.__version__}")'
