# shellcheck shell=bash
# For the measurements beside this file, which source it: sides that do the same work take turns, a process of its own each time, and a
# table has their medians beside the floor.
#   group TITLE                   begins a group of sides
#   side KIND LABEL COMMAND...    KIND is floor, here, peer, or note for what is compared with none; COMMAND prints milliseconds, and the
#                                 MiB it adds at its peak if it likes
#   sides                         runs the group and prints its rows
# `here ARGUMENTS...` is a command for this library, `peer SCRIPT ARGUMENTS...` one for Python; `kept COMMAND...` runs a command with
# a heap that is never given back, so that no page of a large buffer is fresh twice.
# ROUNDS (5 unless set), PYTHON (python3), DEVICE (cpu, or cuda), OMP_NUM_THREADS (all processors) and WRAP, a command to start each process with
# such as `taskset -c 0,1`, say how. BENCHMARKS names the benchmark program where it is built already. LIGHTLY, KORNIA and PML name checkouts of
# lightly, kornia and pytorch-metric-learning.
folder=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
rounds=${ROUNDS:-5}
export DEVICE=${DEVICE:-cpu}
# All processors for all: libtorch takes one alone where it doesn't know the machine, and .NET would take them all.
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-$(nproc)}
export PYTHONPATH=${KORNIA:-}${PML:+:$PML/src}${PYTHONPATH:+:$PYTHONPATH}
if [ -z "${BENCHMARKS:-}" ]; then
  bash "$folder/../eng/setup.sh" > /dev/null
  dotnet build "$folder/SelfSupervised.Benchmarks" -c Release --nologo -v quiet -clp:NoSummary > /dev/null
  export BENCHMARKS=$folder/SelfSupervised.Benchmarks/bin/Release/net10.0/SelfSupervised.Benchmarks.dll
fi

here() { ${WRAP:-} dotnet exec "$BENCHMARKS" "$@"; }
peer() { ${WRAP:-} "${PYTHON:-python3}" "$folder/peers/$1.py" "${@:2}"; }
kept() (
  export MALLOC_TRIM_THRESHOLD_=17179869184 MALLOC_MMAP_THRESHOLD_=17179869184 MALLOC_TOP_PAD_=67108864
  "$@"
)
has() { "${PYTHON:-python3}" -c "import $1" 2> /dev/null; }

group() { title=$1 kinds=() labels=() commands=(); }
side() {
  kinds+=("$1") labels+=("$2")
  commands+=("$(printf '%q ' "${@:3}")")
}

heading() {
  echo "| $rounds round$([ "$rounds" = 1 ] || echo s) in turn, $DEVICE | | median ms (range) | of the floor | here is | MiB |"
  echo '| --- | --- | ---: | ---: | ---: | ---: |'
}

sides() {
  local i line time mib values=() peaks=() medians=() ranges=() floor='' ours=''
  for _ in $(seq "$rounds"); do
    for i in "${!commands[@]}"; do
      line=$(eval "${commands[i]}")
      read -r time mib <<< "$line"
      values[i]+="$time "
      peaks[i]=${peaks[i]:-$mib}
    done
  done
  for i in "${!commands[@]}"; do
    mapfile -t line < <(tr ' ' '\n' <<< "${values[i]}" | sed '/^$/d' | sort -g)
    medians[i]=${line[rounds / 2]} ranges[i]="${line[0]}-${line[rounds - 1]}"
    case ${kinds[i]} in floor) floor=${medians[i]} ;; here) ours=${ours:-${medians[i]}} ;; esac
  done
  for i in "${!commands[@]}"; do
    echo "| $title | ${labels[i]} | ${medians[i]} (${ranges[i]}) | $(over "${medians[i]}" "$floor") |" \
      "$([ "${kinds[i]}" != peer ] || echo "$(over "${medians[i]}" "$ours") times as fast") | ${peaks[i]} |"
  done
}
over() { [ -z "$2" ] || awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }
