#!/usr/bin/env bash
# What calling one tiny operator costs here and in Python: a thousand calls of torch.add on ten elements, on one thread.
#   bash benchmarks/operator-overhead.sh      sides.sh says how to change how
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/sides.sh"

heading
group 'a thousand sums of ten elements'
side here 'here, each in a dispose scope of its own' here overhead
side peer PyTorch peer operator_overhead
sides
