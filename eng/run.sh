#!/usr/bin/env bash
# Runs the main job: samples/SimClr. Arguments are the sample's own; --help lists them.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bash "$root/eng/setup.sh"
dotnet build "$root/samples/SimClr" -c Release --nologo -v quiet -clp:NoSummary
exec dotnet run --project "$root/samples/SimClr" -c Release --no-build -- "$@"
