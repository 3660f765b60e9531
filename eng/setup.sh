#!/usr/bin/env bash
# Prepares this machine: decides where TorchSharp comes from, installs what that needs, and keeps the choice in
# eng/local.props, which every project reads. Safe to repeat: a choice that still holds is kept.
#
#   bash eng/setup.sh            keep the choice, or make it
#   bash eng/setup.sh --again    make it anew
#
# The environment can decide: TorchProvider (nuget or system), TorchBackend (cpu, cuda-windows or cuda-linux, for
# nuget), LIBTORCH (for system: the folder that holds libtorch's include/ and lib/, such as a Python torch wheel's).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

choice=eng/local.props
say() { printf 'setup: %s\n' "$*"; }
stop() { printf 'setup: %s\n' "$*" >&2; exit 1; }

again=false
case "${1:-}" in
  '') ;;
  --again) again=true ;;
  *) printf 'usage: bash eng/setup.sh [--again]\n' >&2; exit 2 ;;
esac
case "${TorchProvider:-}" in
  '' | nuget | system) ;;
  *) stop "TorchProvider is '$TorchProvider', but must be nuget or system." ;;
esac
case "${TorchBackend:-}" in
  '' | cpu | cuda-windows | cuda-linux) ;;
  *) stop "TorchBackend is '$TorchBackend', but must be cpu, cuda-windows or cuda-linux." ;;
esac

sdk=$(sed -n 's/.*"version": *"\([0-9]*\)\..*/\1/p' global.json)
command -v dotnet > /dev/null || stop "the .NET SDK is missing: install the .NET $sdk SDK (https://dotnet.microsoft.com/download)."
dotnet --version > /dev/null 2>&1 || stop "no .NET SDK here satisfies global.json: install the .NET $sdk SDK (https://dotnet.microsoft.com/download)."

# ---- the kept choice ----------------------------------------------------------------------------------------------

kept() { [ ! -f "$choice" ] || sed -n "s:.*<$1 [^>]*>\(.*\)</$1>.*:\1:p" "$choice"; }

keep() {
  {
    echo '<Project>'
    echo "  <!-- Written by eng/setup.sh, which says how to decide anew. -->"
    echo '  <PropertyGroup>'
    for pair in "$@"; do
      name=${pair%%=*} value=${pair#*=}
      [ -z "$value" ] || echo "    <$name Condition=\"'\$($name)' == ''\">$value</$name>"
    done
    echo '  </PropertyGroup>'
    echo '</Project>'
  } > "$choice.new"
  mv "$choice.new" "$choice"
}

backend=${TorchBackend:-$(kept TorchBackend)}
libtorch=${LIBTORCH:-$(kept LIBTORCH)}

# ---- nuget --------------------------------------------------------------------------------------------------------

limited() { # limited SECONDS COMMAND...: macOS has no timeout
  local seconds=$1
  shift
  if command -v timeout > /dev/null; then timeout "$seconds" "$@"; else "$@"; fi
}

# Restores and runs a throwaway project: the source may not serve the packages (the first restore shows that quickly),
# and a system can be too old for the libtorch in them. What was fetched stays in NuGet's folder for the real restore.
nuget_works() {
  local version folder log ok=0
  version=$(sed -n 's:.*<TorchSharpVersion>\(.*\)</TorchSharpVersion>.*:\1:p' Directory.Packages.props)
  folder=$(mktemp -d)
  cp nuget.config global.json "$folder/"
  cat > "$folder/probe.csproj" << EOF
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="TorchSharp" Version="[$version]" />
    <PackageReference Include="TorchSharp-${backend:-cpu}" Version="[$version]" Condition="'\$(WithLibtorch)' == 'true'" />
  </ItemGroup>
</Project>
EOF
  echo 'return TorchSharp.torch.ones(2).sum().item<float>() == 2 ? 0 : 1;' > "$folder/Program.cs"
  log=$folder/log
  if ! (cd "$folder" && limited 120 dotnet restore < /dev/null > "$log" 2>&1); then
    say "the package source does not serve TorchSharp $version"
    ok=1
  elif ! (cd "$folder" && limited 1200 dotnet run -p:WithLibtorch=true < /dev/null > "$log" 2>&1); then
    say "the package source serves TorchSharp $version, but it does not run here"
    ok=1
  fi
  rm -rf "$folder"
  return $ok
}

# ---- system -------------------------------------------------------------------------------------------------------

missing_packages() {
  command -v cmake > /dev/null || printf 'cmake '
  command -v make > /dev/null || command -v ninja > /dev/null || printf 'make '
  command -v c++ > /dev/null || command -v g++ > /dev/null || printf 'g++ '
  if [ -n "$libtorch" ]; then
    [ -f "$libtorch/include/ATen/ATen.h" ] || stop "LIBTORCH is '$libtorch', but has no include/ATen/ATen.h."
  elif [ ! -f /usr/include/ATen/ATen.h ]; then
    printf 'libtorch-dev libopenblas0-openmp '
  fi
}

install() {
  local as_root=()
  command -v apt-get > /dev/null || return 1
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo > /dev/null || return 1
    as_root=(sudo)
  fi
  say "installing $* with apt-get"
  # Package lists may be absent or stale on a fresh machine: fetched only when the first try fails.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" < /dev/null > /dev/null 2>&1 ||
    { "${as_root[@]}" apt-get update -qq < /dev/null &&
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" < /dev/null > /dev/null; }
}

prepare_system() {
  local missing blas
  missing=$(missing_packages) || exit 1
  if [ -n "$missing" ]; then
    # shellcheck disable=SC2086 # a list of words
    install $missing || return 1
    missing=$(missing_packages) || exit 1
    [ -z "$missing" ] || return 1
  fi
  # Debian's libtorch calls whichever BLAS is set up; the reference one is tens of times slower.
  blas=$(readlink -f "/usr/lib/$(uname -m)-linux-gnu/libblas.so.3" 2> /dev/null || true)
  if [ -z "$libtorch" ] && [ -n "$blas" ] && [[ "$blas" != *openblas* ]]; then
    say "note: libblas.so.3 is $blas; libtorch is very slow without OpenBLAS: apt-get install libopenblas0-openmp"
  fi
}

# ---- libvips ------------------------------------------------------------------------------------------------------

# Decodes folders of images. Nothing else needs it: without it, those tests are skipped.
has_libvips() { [[ "$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p)" == *libvips.so.42* ]]; }

prepare_libvips() {
  [ "$(uname -s)" = Linux ] && ! has_libvips || return 0
  install libvips42 && has_libvips || say "note: libvips42 is missing, which reads folders of images: their tests are skipped"
}

# ---- the decision -------------------------------------------------------------------------------------------------

provider=${TorchProvider:-}
if [ -z "$provider" ] && ! $again; then provider=$(kept TorchProvider); fi
if [ -z "$provider" ]; then
  say "asking the package source for TorchSharp"
  if nuget_works; then provider=nuget; else provider=system; fi
fi

if [ "$provider" = system ]; then
  [ "$(uname -s)" = Linux ] && prepare_system ||
    stop "TorchSharp cannot be had here: use a package source that serves it, or install libtorch-dev, libopenblas0-openmp, cmake, make and g++."
  keep TorchProvider=system LIBTORCH="$libtorch"
  say "TorchSharp is the binding under eng/, over ${libtorch:-the installed libtorch} ($choice)"
else
  keep TorchProvider=nuget TorchBackend="$backend"
  say "TorchSharp is the NuGet package, with libtorch for ${backend:-cpu} ($choice)"
fi

prepare_libvips
