# shellcheck shell=bash
# Counts the instructions of the program's inner loops: figures that do not depend on what else the machine does.

# Work and how often: see Tests/Benchmarks/instructions.
counted_work=(fetch:10000 mime:500 rules:1000 journal:200)

# count_instructions BINARY WORK COUNT
count_instructions() {
    local log
    log=$(mktemp)
    # Swift seeds its hash tables by chance otherwise.
    SWIFT_DETERMINISTIC_HASHING=1 timeout 300 valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" >"$log" 2>&1 ||
        fail "The work “$2” cannot be counted." "$log"
    awk '/Collected/ { print $NF; found = 1 } END { exit !found }' "$log" || fail "valgrind gave no count." "$log"
    rm -f "$log"
}

# compare_instructions KEEP: prints a table; 1 when one kind of work takes more than 5 % more than the baseline says.
# With KEEP=yes the baseline becomes what was counted.
compare_instructions() {
    local keep=$1 package=$root/Tests/Benchmarks/instructions baseline log binary status=0
    baseline=$package/baseline
    install_missing "${build_packages[@]}" binutils valgrind
    need_swift
    step "Building for release"
    log=$(mktemp)
    # Rules and journal are called from inside, without the tasks that lead there.
    local build=(swift build --package-path "$package" -c release -Xswiftc -enable-testing)
    "${build[@]}" >"$log" 2>&1 || { stuck "failed" && does_not_build "$log"; }
    rm -f "$log"
    binary=$("${build[@]}" --show-bin-path)/InstructionBenchmark
    # Debian's valgrind gives up on debug information as new as Swift's.
    strip --strip-debug -o "$binary.counted" "$binary"
    binary+=.counted
    done_with "after $(elapsed) s"
    heading "Instructions"
    local entry work count idle whole each was verdict kept=""
    printf '| work | how often | instructions each | baseline | |\n| --- | --: | --: | --: | --- |\n' >&3
    for entry in "${counted_work[@]}"; do
        work=${entry%:*} count=${entry#*:}
        idle=$(count_instructions "$binary" "$work" 0) || exit 1
        whole=$(count_instructions "$binary" "$work" "$count") || exit 1
        each=$(((whole - idle) / count))
        kept+="$work $each"$'\n'
        was=$(awk -v work="$work" '$1 == work { print $2 }' "$baseline" 2>/dev/null || true)
        verdict=""
        if [ -z "$was" ]; then
            verdict="new"
        elif [ $((each * 100)) -gt $((was * 105)) ]; then
            verdict="worse" status=1
        fi
        printf '| %s | %s | %s | %s | %s |\n' "$work" "$count" "$each" "${was:-–}" "$verdict" >&3
    done
    if [ "$keep" = yes ]; then
        printf '%s' "$kept" >"$baseline"
        return 0
    fi
    return "$status"
}
