#!/usr/bin/env bash
# Contrastive losses forward and backward, side by side: this library, plain PyTorch, lightly, pytorch-metric-learning, MoCo's code, and
# the matrix products alone that a gradient of the whole matrix takes. Rounds in turn, medians, on the CPU, with the C library's heap as
# it is and kept.
#   bash benchmarks/losses.sh [ROUNDS] [IMAGES...]
# PYTHON names the Python that has torch (python3 unless set). LIGHTLY names a checkout of lightly-ai/lightly, whose own code is
# timed then; without, the same operations are. PML names a checkout of KevinMusgrave/pytorch-metric-learning; without, it is left out.
# WRAP is a command to start each process with, such as `taskset -c 0,1`.
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

once() { # once SIDE[:KEYS] IMAGES: milliseconds and MiB
  local arguments=("${1%:*}" "$2")
  [[ $1 != *:* ]] || arguments+=("${1#*:}")
  case ${1%:*} in
    ntxent | queue | looc) $wrap dotnet benchmarks/SelfSupervised.Benchmarks/bin/Release/net10.0/SelfSupervised.Benchmarks.dll losses "${arguments[@]}" ;;
    *) $wrap "$python" benchmarks/peers/losses.py "${arguments[@]}" ;;
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
for images in "${sizes[@]}"; do
  pml=()
  if [ -n "${PML:-}" ]; then
    # Its NTXentLoss makes a matrix of all positive pairs by all negative ones: 34 GB at 1,024 images.
    [ "$images" -gt 256 ] || pml+=('pytorch-metric-learning, NTXentLoss=pml-ntxent')
    pml+=('pytorch-metric-learning, SupConLoss=pml-supcon')
  fi
  rows "$images" floor 'NT-Xent here=ntxent' 'plain PyTorch=plain' 'lightly=lightly' "${pml[@]}"
done
rows 256 queue-floor 'InfoNCE here, 65,536 keys=queue' "MoCo's code=queue-plain" 'lightly, memory bank=queue-lightly'
for keys in 16384 65536; do rows 256 "looc-floor:$keys" "LooC here, 3 queues of $keys=looc:$keys" "plain PyTorch=looc-plain:$keys"; done
"$python" -c 'import torch; print(f"\ntorch {torch.__version__}")'
