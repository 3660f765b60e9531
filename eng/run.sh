#!/usr/bin/env bash
# Runs a sample: bash eng/run.sh [SAMPLE] [ARGUMENTS...], samples/SimClr unless another is named. --help lists a sample's arguments.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
sample=SimClr
if [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; then
  sample=$1
  shift
  if [ ! -f "$root/samples/$sample/$sample.csproj" ]; then
    echo "error: there is no sample $sample; there are: $(cd "$root/samples" && ls */Program.cs | xargs -n 1 dirname | xargs)" >&2
    exit 2
  fi
fi
bash "$root/eng/setup.sh"
dotnet build "$root/samples/$sample" -c Release --nologo -v quiet -clp:NoSummary
exec dotnet run --project "$root/samples/$sample" -c Release --no-build -- "$@"
