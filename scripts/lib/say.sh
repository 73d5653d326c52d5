# shellcheck shell=bash
# What the scripts say, and how they give up.

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
    bold='' dim='' green='' red='' plain=''
fi

# A step begins; `done_with` or `stuck` ends its line.
step() { printf '  %-36s' "$1"; }
done_with() { printf '%s%s%s\n' "$green" "$1" "$plain"; }
stuck() { printf '%s%s%s\n' "$red" "$1" "$plain"; }

heading() { printf '\n%s%s%s\n\n' "$bold" "$1" "$plain"; }
remark() { printf '  %s%s%s\n' "$dim" "$1" "$plain"; }

# fail SENTENCE [LOG FILE]: what went wrong and what helps, the end of the log that tells more, and out.
fail() {
    printf '\n%s%s%s\n' "$red" "$1" "$plain" >&2
    if [ -n "${2:-}" ] && [ -s "$2" ]; then
        printf '\nThe end of %s:\n' "$2" >&2
        tail -n 20 "$2" | sed 's/^/  | /' >&2
    fi
    exit 1
}

# Seconds since the script began, with one digit.
elapsed() {
    local now=${EPOCHREALTIME/[.,]/}
    local tenths=$(((now - began) / 100000))
    printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}
began=${EPOCHREALTIME/[.,]/}
