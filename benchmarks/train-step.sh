#!/usr/bin/env bash
# A training step of SimCLR and of MoCo: a small encoder on 256 images of 32x32, a ResNet-18 with the CIFAR stem on 128, with views drawn, and
# the small one without too. The floor is the step's convolutions alone. A heap is kept here by NativeHeap, as the samples do, and in PyTorch by
# the environment.
#   bash benchmarks/train-step.sh [ENCODER...]      small or resnet18, both unless named; sides.sh says how to change how
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/sides.sh"
[ $# -gt 0 ] || set -- small resnet18
declare -A names=([simclr]=SimCLR [moco]=MoCo)

heading
for encoder in "$@"; do
  images=$([ "$encoder" = small ] && echo 256 || echo 128)
  for method in simclr moco; do
    for views in drawn $([ "$encoder" != small ] || echo same); do
      step=("$method" "$encoder" "$images" "$views")
      group "${names[$method]}, $encoder, $images images, views $([ $views = drawn ] && echo drawn || echo 'left out')"
      side floor 'the convolutions alone' peer train_step floor "${step[@]}"
      side note 'their operations at the rate of a product' peer train_step operations "${step[@]}"
      [ "$DEVICE" != cpu ] || side here 'here, heap kept' here step "${step[@]}" kept
      side here here here step "${step[@]}" as-it-is
      side peer 'plain PyTorch' peer train_step plain "${step[@]}"
      [ "$DEVICE" != cpu ] || side peer 'plain PyTorch, heap kept' kept peer train_step plain "${step[@]}"
      if [ -n "${LIGHTLY:-}" ]; then side peer lightly peer train_step lightly "${step[@]}"; fi
      sides
    done
  done
done
