#!/usr/bin/env bash
# The tests and benchmarks on a CUDA machine, over the libtorch of its Python torch.
#   bash benchmarks/gpu.sh                  on a machine with the .NET SDK: both halves
#   bash benchmarks/gpu.sh pack FOLDER      builds what the other half needs (any machine with the .NET SDK)
#   bash benchmarks/gpu.sh run FOLDER OUT   runs it (needs python3 with torch, cmake, g++; no .NET, no network),
#                                           results go to OUT
set -euo pipefail

pack() {
  local folder sdk name
  mkdir -p "$1"
  folder=$(realpath "$1")
  cd "$(dirname "${BASH_SOURCE[0]}")/.."
  TorchProvider=system bash eng/setup.sh
  dotnet build SelfSupervised.sln -c Release --nologo -v quiet -clp:NoSummary
  mkdir -p "$folder/apps" "$folder/dotnet/shared/Microsoft.NETCore.App" "$folder/vstest"
  for name in tests/*.Tests benchmarks/SelfSupervised.Benchmarks; do
    cp -r "$name/bin/Release/net10.0" "$folder/apps/$(basename "$name")"
  done
  rm -rf "$folder/apps/SelfSupervised.Packaging.Tests" # needs the sources and an SDK
  cp -r eng/TorchSharp.System/Native "$folder/native"
  mkdir -p "$folder/benchmarks" "$folder/eng"
  cp -r benchmarks/*.sh benchmarks/peers "$folder/benchmarks/"
  cp eng/bench.sh "$folder/eng/"
  sdk=$(dotnet --info | sed -n 's/^ *Base Path: *//p')
  cp -r "$sdk/../../dotnet" "$sdk/../../host" "$folder/dotnet/"
  cp -r "$sdk/../../shared/Microsoft.NETCore.App/$(dotnet --list-runtimes | awk '$1 == "Microsoft.NETCore.App" { v = $2 } END { print v }')" \
    "$folder/dotnet/shared/Microsoft.NETCore.App/"
  # The test runner's own files, a twentieth of the SDK.
  cp -r "$sdk"/vstest.console.* "$sdk"/Microsoft.TestPlatform* "$sdk"/Microsoft.VisualStudio.TestPlatform* "$sdk/Extensions" \
    "$sdk/Newtonsoft.Json.dll" "$sdk/Microsoft.Extensions.DependencyModel.dll" "$sdk/Microsoft.Extensions.FileSystemGlobbing.dll" "$folder/vstest/"
}

run() {
  local folder out app name prefix failed=0
  folder=$(realpath "$1")
  mkdir -p "$2"
  out=$(realpath "$2")
  prefix=$(python3 -c 'import os, torch; d = os.path.dirname(torch.__file__); print(d if os.path.isdir(d + "/include") else "")')
  cmake -S "$folder/native" -B "$folder/native-build" -DLIBTORCH="$prefix" > /dev/null
  cmake --build "$folder/native-build"
  export DOTNET_ROOT=$folder/dotnet DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
  export PATH=$DOTNET_ROOT:$PATH
  {
    nvidia-smi --query-gpu=name,driver_version --format=csv,noheader || echo 'no GPU'
    python3 -c 'import torch; print("torch", torch.__version__, "cuda", torch.version.cuda)'
    nproc
    date -u +%F
  } > "$out/machine.txt" 2>&1
  for app in "$folder"/apps/*; do cp "$folder/native-build/libtorchsharp_system.so" "$app/"; done
  for app in "$folder"/apps/*.Tests; do
    name=$(basename "$app")
    dotnet exec "$folder/vstest/vstest.console.dll" "$app/$name.dll" --TestCaseFilter:'Category!=Study' > "$out/$name.txt" 2>&1 < /dev/null || failed=1
    tail -n 6 "$out/$name.txt"
  done
  dotnet exec "$folder/apps/SelfSupervised.Benchmarks/SelfSupervised.Benchmarks.dll" --filter '*' --job Short --inProcess \
    --artifacts "$out/benchmarks" > "$out/benchmarks.txt" 2>&1 < /dev/null || failed=1
  # The same page as on the CPU; there are torch and its peers in Python, as LIGHTLY, KORNIA and PML name them.
  BENCHMARKS=$folder/apps/SelfSupervised.Benchmarks/SelfSupervised.Benchmarks.dll DEVICE=cuda IMAGES='256 1024 4096 16384 65536' \
    bash "$folder/eng/bench.sh" "$out/cuda.md" losses memory viewmaker views train-step < /dev/null || failed=1
  return $failed
}

case ${1:-} in
  '')
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    (pack "$work/packed")
    run "$work/packed" "$(dirname "${BASH_SOURCE[0]}")/results/$(hostname)-$(date -u +%F)"
    ;;
  pack) pack "${2:?a folder to fill}" ;;
  run) run "${2:?the packed folder}" "${3:?a folder for the results}" ;;
  *) echo 'usage: bash benchmarks/gpu.sh [pack FOLDER | run FOLDER OUT]' >&2; exit 2 ;;
esac
