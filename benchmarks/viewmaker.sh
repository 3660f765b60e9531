#!/usr/bin/env bash
# The viewmaker network and what it does to perturbations, here and in PyTorch, side by side. The kernels' floor is a copy of the batch.
#   bash benchmarks/viewmaker.sh      sides.sh says how to change how
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/sides.sh"

heading
for images in 64 128; do
  for how in forward both; do
    group "viewmaker network, $images images, ${how/both/forward and backward}"
    side here here here viewmaker network "$how" "$images"
    side peer 'PyTorch, layer by layer' peer viewmaker network "$how" "$images"
    sides
  done
done
# With a heap that is kept the kernels are measured, not how the C library gives memory back and gets it again at each call.
for size in 32 96; do
  images=$((size == 32 ? 256 : 128))
  for kernel in clamp L1 L2 LInfinity L0 projection dct; do
    group "$kernel, $images images of ${size}x$size"
    side floor 'a copy' kept peer viewmaker kernel copy "$images" "$size"
    side here here kept here viewmaker kernel "$kernel" "$size"
    side peer PyTorch kept peer viewmaker kernel "$kernel" "$images" "$size"
    sides
  done
done
