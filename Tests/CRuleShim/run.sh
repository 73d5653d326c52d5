#!/bin/sh
# Builds the sandbox with sanitizers where the compiler has them, and runs its tests.
#   run.sh [test part ...]      the tests: budget library patterns globals faults
#   run.sh fuzz [seconds] [pattern | chunk]   libFuzzer on patterns, on whole chunks, or on both (needs clang)
#   PLAIN=1                     without sanitizers, optimised: for the times
set -eu
cd "$(dirname "$0")"
shim=../../Sources/CRuleShim
build=${BUILD:-$(mktemp -d)}
[ -n "${BUILD:-}" ] || trap 'rm -rf "$build"' EXIT
mkdir -p "$build"
lua="$(pkg-config --cflags --libs lua5.4)"
sandbox=
for part in budget buffer charge clock find matcher numbers order pattern sandbox strings tables texts; do
    sandbox="$sandbox $shim/rule_$part.c"
done
warnings="-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Werror -I$shim"
compiler=${CC:-$(command -v clang || command -v cc)}
# gold knows nothing of the sanitizers' symbols, and says so at length.
linker=
if echo 'int main(void){return 0;}' | "$compiler" -x c - -fuse-ld=lld -o "$build/probe" 2>/dev/null; then
    linker=-fuse-ld=lld
fi

if [ "${1:-}" = fuzz ]; then
    seconds=${2:-60}
    flags="-O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined"
    for target in ${3:-pattern chunk}; do
        # shellcheck disable=SC2086
        "$compiler" $warnings $flags fuzz_$target.c pattern_comparison.c harness.c $sandbox $linker $lua -lm \
            -o "$build/fuzz_$target"
        mkdir -p "$build/corpus_$target"
        "$build/fuzz_$target" -max_total_time="$seconds" -max_len=400 -timeout=10 -rss_limit_mb=2048 \
            -print_final_stats=1 -verbosity=0 -artifact_prefix="$build/" -dict=fuzz_$target.dict \
            "$build/corpus_$target"
    done
    exit
fi

flags="-O1 -g"
if [ -n "${PLAIN:-}" ]; then
    flags="-O2"
elif echo 'int main(void){return 0;}' | "$compiler" -x c - -fsanitize=address,undefined -o "$build/probe" 2>/dev/null; then
    flags="$flags -fsanitize=address,undefined -fno-sanitize-recover=undefined"
    # The sanitizers cost tenfold and more; the times that count are those of code as it ships.
    export SLOWLY=1
fi
# shellcheck disable=SC2086
"$compiler" $warnings $flags main.c test_*.c pattern_comparison.c harness.c $sandbox $linker $lua -lm -o "$build/test"
"$build/test" "$@"
