# shellcheck shell=bash
# The table of what was broken. Tests append lines to a file, with tabs between:
#
#   fault-table PART SCENARIO STEPS BROKEN MESSAGES LOST DOUBLED IN-DOUBT SECONDS

# print_fault_table FILE: by part, in the order in which they came, with a sum of each and of all.
print_fault_table() {
    awk -F '\t' '
        $1 != "fault-table" || NF != 10 { next }
        {
            if (!($2 in seen)) { seen[$2] = 1; parts[++count] = $2 }
            lines[$2] = lines[$2] row($2, $3, $4, $5, $6, $7, $8, $9, $10)
            scenarios[$2]++
            for (column = 4; column <= 10; column++) { sum[$2, column] += $column; total[column] += $column }
            all++
        }
        function row(part, scenario, steps, broken, messages, lost, doubled, doubt, seconds) {
            return sprintf("| %-19s | %-45s | %6s | %7s | %8s | %4s | %7s | %8s | %7s |\n", \
                part, scenario, steps, broken, messages, lost, doubled, doubt, seconds)
        }
        END {
            printf "%s", row("part", "scenario", "steps", "broken", "messages", "lost", "doubled", "in doubt", "seconds")
            printf "%s", row("---", "---", "--:", "--:", "--:", "--:", "--:", "--:", "--:")
            for (index_ = 1; index_ <= count; index_++) {
                part = parts[index_]
                printf "%s", lines[part]
                printf "%s", row("**" part "**", scenarios[part] " scenarios", sum[part, 4], sum[part, 5], \
                    sum[part, 6], sum[part, 7], sum[part, 8], sum[part, 9], sum[part, 10])
            }
            printf "%s", row("**all**", all + 0 " scenarios", total[4], total[5], total[6], total[7], total[8], \
                total[9], total[10])
        }' "$1"
}

# has_part FILE PART: whether something was broken in it
has_part() {
    awk -F '\t' -v part="$2" '$1 == "fault-table" && $2 == part { broken += $5 } END { exit !(broken > 0) }' "$1"
}

# is_clean FILE: whether nothing was lost and nothing doubled
is_clean() {
    awk -F '\t' '$1 == "fault-table" { wrong += $7 + $8 } END { exit wrong > 0 }' "$1"
}
