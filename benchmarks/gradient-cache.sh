#!/usr/bin/env bash
# The gradient of SimCLR's loss on one batch, embedded at once and in parts of 64 images (gradient caching). The floor is to embed it once, without
# graph.
#   bash benchmarks/gradient-cache.sh      sides.sh says how to change how
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/sides.sh"

heading
for images in 256 1024; do
  group "gradient of $images images, a ResNet-18 of width 8"
  side floor 'embeddings alone, without graph' here cache forward "$images" 64
  side here 'in parts of 64' here cache cached "$images" 64
  side peer 'the whole batch, here' here cache whole "$images" "$images"
  sides
done
