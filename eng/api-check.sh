#!/usr/bin/env bash
# Holds the built assemblies against lists of TorchSharp's public surface.
#   bash eng/api-check.sh TOOL API SIGNATURES
# TOOL is a C# file that `dotnet run` takes: `check API DLL...` prints what the assemblies take from TorchSharp and the
# list API lacks; `list DLL` and `signatures DLL` print an assembly's own surface in the form of the two lists.
# First every built project of the repository; then, where it is in use, the binding under eng/: it may expose less
# than TorchSharp, but nothing else.
set -euo pipefail
[ $# -eq 3 ] || { echo "usage: bash eng/api-check.sh TOOL API SIGNATURES" >&2; exit 2; }
tool=$(realpath "$1") api=$(realpath "$2") signatures=$(realpath "$3")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

assemblies=()
for project in {src,samples,tests,benchmarks}/*/*.csproj; do
  [ -f "$project" ] || continue
  dll=$(dirname "$project")/bin/Release/net10.0/$(basename "$project" .csproj).dll
  [ -f "$dll" ] || { echo "api-check: $dll is not built" >&2; exit 1; }
  assemblies+=("$dll")
done
code=0
dotnet run "$tool" -- check "$api" "${assemblies[@]}" || code=1

binding=eng/TorchSharp.System/bin/Release/net10.0/TorchSharp.dll
grep -q '>system<' eng/local.props || exit $code

# A member's line is put behind its type's name. The type's own line becomes one line for each of its bases, which is
# System.Object where the list names none; and a list may spell a Boolean default either way.
flat() {
  awk '/^# / { split($0, part, " : "); type = substr(part[1], 3); n = split(part[2], bases, ", ")
               if (n == 0) bases[n = 1] = "System.Object"
               print type; for (i = 1; i <= n; i++) print type " : " bases[i]; next }
       { gsub(/= false/, "= False"); gsub(/= true/, "= True"); print type " ::" $0 }' "$1" | sort -u
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet run "$tool" -- list "$binding" > "$work/api"
dotnet run "$tool" -- signatures "$binding" > "$work/signatures"
LC_ALL=C comm -23 <(LC_ALL=C sort -u "$work/api") <(LC_ALL=C sort -u "$api") > "$work/strange"
LC_ALL=C comm -23 <(flat "$work/signatures" | LC_ALL=C sort -u) <(flat "$signatures" | LC_ALL=C sort -u) >> "$work/strange"
sed 's/^/the binding has what TorchSharp has not: /' "$work/strange"
echo "$(wc -l < "$work/api") members of the binding checked, $(wc -l < "$work/strange") not TorchSharp's"
[ ! -s "$work/strange" ] || code=1
exit $code
