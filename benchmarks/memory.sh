#!/usr/bin/env bash
# What momentum and memory add to a step, side by side: the update of a ResNet-50's key encoder, 256 keys into a queue of 65,536, 256
# embeddings into a bank of 50,000. The floor is what must move: a copy reads and writes once, the update reads twice.
#   bash benchmarks/memory.sh         sides.sh says how to change how
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/sides.sh"

heading
group 'key encoder of 25.6 million parameters'
side floor 'reading two numbers and writing one' peer memory floor
side here here here memory update
side here 'a loop of mul_ and add_, here' here memory update-loop
side peer 'a loop of mul_ and add_, PyTorch' peer memory loop
side peer 'torch._foreach, PyTorch' peer memory foreach
side peer "MoCo's and lightly's own way" peer memory moco
sides
group '256 keys into a queue of 65,536'
side floor 'copying 256 rows' peer memory copy-rows
side here here here memory enqueue
side peer "MoCo's own way" peer memory enqueue
sides
group '256 embeddings into a bank of 50,000'
side floor 'copying 256 rows' peer memory copy-rows
side here here here memory bank
side peer 'five operators, PyTorch' peer memory bank
sides
