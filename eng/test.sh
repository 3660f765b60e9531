#!/usr/bin/env bash
# Builds the solution and runs every test project, one after the other. The last line says how many tests passed,
# failed and were skipped in all of them; a test project that crashes or gives no result counts as a failure.
# Slow studies (trait Category=Study) are left out; run one by name:
#   dotnet test tests/SelfSupervised.Core.Tests -c Release --filter FullyQualifiedName~Name
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

results=artifacts/test-results
passed=0 failed=0 skipped=0
finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}

bash eng/setup.sh || { echo "test: setup failed"; failed=1; finish; }
dotnet build SelfSupervised.sln -c Release --nologo -v quiet -clp:NoSummary || { echo "test: the build failed"; failed=1; finish; }

attribute() { sed -n "s/.*<Counters[^>]* $2=\"\([0-9]*\)\".*/\1/p" "$1"; }

# The names and reasons of the skipped tests of a .trx file.
skips() {
  tr '\n' ' ' < "$1" | sed 's/<UnitTestResult /\n&/g' | grep 'outcome="NotExecuted"' |
    sed -e 's/.*testName="\([^"]*\)".*<Message>\(.*\)<\/Message>.*/skipped: \1: \2/' -e 's/^<UnitTestResult.*testName="\([^"]*\)".*/skipped: \1/' \
      -e 's/&quot;/"/g' -e "s/&apos;/'/g" -e 's/&lt;/</g' -e 's/&gt;/>/g' -e 's/&amp;/\&/g'
}

rm -rf "$results"
for project in tests/*.Tests/*.csproj; do
  name=$(basename "$project" .csproj)
  trx=$results/$name.trx
  echo "test: $name"
  dotnet test "$project" -c Release --no-build --nologo --filter 'Category!=Study' \
    --results-directory "$results" --logger "trx;LogFileName=$name.trx" --logger 'console;verbosity=minimal' < /dev/null
  code=$?
  if [ ! -f "$trx" ] || [ -z "$(attribute "$trx" total)" ]; then
    echo "test: $name gave no result (exit code $code)"
    failed=$((failed + 1))
    continue
  fi
  total=$(attribute "$trx" total) ran=$(attribute "$trx" executed) good=$(attribute "$trx" passed)
  bad=$((ran - good))
  if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then
    echo "test: $name did not end well (exit code $code)"
    bad=1
  fi
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + total - ran))
  skips "$trx"
done
finish
