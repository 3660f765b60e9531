#!/usr/bin/env bash
# Contrastive losses forward and backward, side by side: this library, plain PyTorch, lightly, pytorch-metric-learning, MoCo's code. The floor is
# the products alone that a gradient of the whole matrix takes. On the CPU the large ones are run with a heap that is kept too.
#   bash benchmarks/losses.sh [LOSS...]      ntxent, queue and looc, all unless named; sides.sh says how to change how
# IMAGES has the numbers of images of NT-Xent, "256 1024 4096" unless set.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/sides.sh"
[ $# -gt 0 ] || set -- ntxent queue looc

# contrast TITLE FLOOR OURS [LABEL=PEER...]: what follows `losses` here and in the script; with a kept heap too.
contrast() {
  local heap entry
  for heap in '' kept; do
    [ -z "$heap" ] || [ "$DEVICE" = cpu ] || continue
    group "$1${heap:+, heap kept}"
    # shellcheck disable=SC2086 # lists of words
    {
      side floor 'the products alone' $heap peer losses $2
      side here here $heap here losses $3
      for entry in "${@:4}"; do side peer "${entry%=*}" $heap peer losses ${entry##*=}; done
    }
    sides
  done
}

ntxent() {
  local images peers
  for images in ${IMAGES:-256 1024 4096}; do
    peers=("plain PyTorch=plain $images" "lightly=lightly $images")
    # pytorch-metric-learning's NTXentLoss makes a matrix of all positive pairs by all negative ones: 34 GB at 1,024 images.
    if [ -n "${PML:-}" ]; then
      [ "$images" -gt 256 ] || peers+=("pytorch-metric-learning, NTXentLoss=pml-ntxent $images")
      peers+=("pytorch-metric-learning, SupConLoss=pml-supcon $images")
    fi
    # Beyond, the whole matrix and what is made of it fit into no memory.
    [ "$images" -le 16384 ] || peers=()
    contrast "NT-Xent, $images images" "floor $images" "ntxent $images" "${peers[@]}"
  done
}

queue() {
  contrast 'InfoNCE, 256 queries, 65536 keys' 'queue-floor 256' 'queue 256' "MoCo's code=queue-plain 256" 'lightly, memory bank=queue-lightly 256'
}

looc() {
  local keys
  for keys in 16384 65536; do
    contrast "LooC, 256 images, three queues of $keys" "looc-floor 256 $keys" "looc 256 $keys" "plain PyTorch=looc-plain 256 $keys"
  done
}

heading
for loss in "$@"; do "$loss"; done
