#!/usr/bin/env bash
# Packs SelfSupervised.Core, installs the package into tests/Consumer as any user would, and runs its training loop.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash eng/setup.sh

# The consumer's nuget.config names artifacts/package; its packages go to a folder of their own, so that no older build
# of the same version is taken from NuGet's global folder. What that folder has of others is used from there.
global=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: *//')
rm -rf artifacts/package artifacts/consumer tests/Consumer/bin tests/Consumer/obj
dotnet pack src/SelfSupervised.Core -c Release -o artifacts/package --nologo -v quiet
dotnet build tests/Consumer -c Release --nologo -v quiet -clp:NoSummary \
  -p:RestorePackagesPath="$PWD/artifacts/consumer/packages" -p:RestoreFallbackFolders="$global"
dotnet run --project tests/Consumer -c Release --no-build
