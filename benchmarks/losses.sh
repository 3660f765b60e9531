#!/usr/bin/env bash
# Contrastive losses forward and backward, side by side: this library, plain PyTorch, lightly, MoCo's code, and the matrix products
# alone that a gradient of the whole matrix takes. Rounds in turn, medians, on the CPU, with the C library's heap as it is and kept.
#   bash benchmarks/losses.sh [ROUNDS] [IMAGES...]
# PYTHON names the Python that has torch (python3 unless set). LIGHTLY names a checkout of lightly-ai/lightly, whose own code is
# timed then; without, the same operations are. WRAP is a command to start each process with, such as `taskset -c 0,1`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-5} python=${PYTHON:-python3} wrap=${WRAP:-}
sizes=("${@:2}")
[ ${#sizes[@]} -gt 0 ] || sizes=(256 1024 4096)
bash eng/setup.sh > /dev/null
dotnet build benchmarks/SelfSupervised.Benchmarks -c Release --nologo -v quiet -clp:NoSummary
# A heap that is never given back: no page of a large buffer is fresh twice.
kept=(MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_MMAP_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=67108864)
sorted() { printf '%s\n' "$@" | sort -n; }
median() { sorted "$@" | sed -n "$(($# / 2 + 1))p"; }
range() { sorted "$@" | sed -n '1p;$p' | paste -sd- ; }

once() { # once SIDE IMAGES: milliseconds and MiB
  case $1 in
    ntxent | queue) $wrap dotnet benchmarks/SelfSupervised.Benchmarks/bin/Release/net10.0/SelfSupervised.Benchmarks.dll losses "$1" "$2" ;;
    *) $wrap "$python" benchmarks/peers/losses.py "$1" "$2" ;;
  esac
}

# rows IMAGES FLOOR NAME=SIDE...
rows() {
  local images=$1 floor=$2 heap side key entry
  shift 2
  local -A times=() peaks=()
  for _ in $(seq "$rounds"); do
    for heap in default kept; do
      for side in "$floor" "${@##*=}"; do
        read -r time peak < <(if [ $heap = kept ]; then export "${kept[@]}"; fi; once "$side" "$images")
        times[$heap-$side]+=" $time"
        peaks[$side]=${peaks[$side]:-$peak}
      done
    done
  done
  # shellcheck disable=SC2086 # lists of numbers
  for entry in "the products alone=$floor" "$@"; do
    side=${entry##*=}
    printf '| %s | %s |' "$images" "${entry%=*}"
    for heap in default kept; do
      key=$heap-$side
      printf ' %s (%s) | %s |' "$(median ${times[$key]})" "$(range ${times[$key]})" \
        "$(awk "BEGIN { printf \"%.2f\", $(median ${times[$key]}) / $(median ${times[$heap-$floor]}) }")"
    done
    if [ "$side" = "$floor" ]; then echo ' |'; else echo " ${peaks[$side]} |"; fi
  done
}

echo "| images | forward and backward, $(nproc) cores, $rounds rounds in turn | ms (range) | of the products | ms (range), heap kept | of the products | peak MiB |"
echo '| ---: | --- | ---: | ---: | ---: | ---: | ---: |'
for images in "${sizes[@]}"; do rows "$images" floor 'NT-Xent here=ntxent' 'plain PyTorch=plain' 'lightly=lightly'; done
rows 256 queue-floor 'InfoNCE here, 65,536 keys=queue' "MoCo's code=queue-plain" 'lightly, memory bank=queue-lightly'
"$python" -c 'import torch; print(f"\ntorch {torch.__version__}")'
