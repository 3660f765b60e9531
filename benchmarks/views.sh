#!/usr/bin/env bash
# Views of a batch of bytes, drawn and applied: SimCLR's, MoCo v2's and LooC's, 256 images of 32x32 and 32 of 224x224, cut from 256x256.
# The floor is reading the bytes and writing the floats.
#   bash benchmarks/views.sh [PIPELINE-SIZE...]      all of them unless named, such as simclr-224; sides.sh says how to change how
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/sides.sh"
[ $# -gt 0 ] || set -- {simclr,moco,looc}-{32,224}
declare -A names=([simclr]=SimCLR [moco]='MoCo v2' [looc]=LooC)

heading
for one in "$@"; do
  pipeline=${one%-*} size=${one#*-}
  group "${names[$pipeline]}, $([ "$size" = 32 ] && echo 256 || echo 32) images of ${size}x$size"
  side floor 'reading the bytes, writing the floats' peer views floor "$pipeline" "$size"
  if [ "$DEVICE" = cpu ]; then side here 'here, fused' here views Fused "$pipeline" "$size"; fi
  side here 'here, torch' here views Torch "$pipeline" "$size"
  side peer 'torch operators on the batch, PyTorch' peer views batched "$pipeline" "$size"
  if has kornia; then side peer kornia peer views kornia "$pipeline" "$size"; fi
  if [ "$DEVICE" = cpu ]; then
    side peer 'torchvision, one process' peer views torchvision-0 "$pipeline" "$size"
    side peer 'torchvision, two workers' peer views torchvision-2 "$pipeline" "$size"
  fi
  sides
done
