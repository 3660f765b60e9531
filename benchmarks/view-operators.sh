#!/usr/bin/env bash
# Where the time of views goes, of MoCo v2's: pipelines of the first operator, of the first two and so on, by each executor; the batches are those of
# views.sh.
#   bash benchmarks/view-operators.sh      sides.sh says how to change how
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/sides.sh"

heading
for size in 32 224; do
  group "MoCo v2, $([ "$size" = 32 ] && echo 256 || echo 32) images of ${size}x$size, up to an operator"
  for executor in Fused Torch; do
    [ "$DEVICE" = cpu ] || [ "$executor" = Torch ] || continue
    first=0
    for operator in crop jitter grayscale blur flip normalisation; do
      first=$((first + 1))
      side note "$operator, ${executor,}" here views "$executor" moco "$size" "$first"
    done
  done
  sides
done
