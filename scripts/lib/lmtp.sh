# shellcheck shell=bash
# Delivers mail by LMTP (RFC 2033), as a mail server would.

# deliver PORT RECIPIENT < message with LF or CRLF
deliver() {
    local port=$1 recipient=$2 line
    exec 7<>"/dev/tcp/127.0.0.1/$port" || return 1
    lmtp_answer 220 && lmtp_say 'LHLO demo.example.org' 250 &&
        lmtp_say 'MAIL FROM:<sender@example.net>' 250 && lmtp_say "RCPT TO:<$recipient>" 250 &&
        lmtp_say DATA 354 && sed -e 's/\r$//' -e 's/^\./../' -e 's/$/\r/' >&7 && lmtp_say . 250 &&
        lmtp_say QUIT 221
    line=$?
    exec 7>&-
    return "$line"
}

lmtp_say() {
    printf '%s\r\n' "$1" >&7
    lmtp_answer "$2"
}

# Reads one reply, of many lines or one; what is not expected goes to standard error.
lmtp_answer() {
    local line
    while IFS= read -r -t 20 line <&7; do
        case $line in
            "$1-"*) ;;
            "$1"*) return 0 ;;
            *) printf 'LMTP: %s\n' "${line%$'\r'}" >&2 && return 1 ;;
        esac
    done
    echo 'LMTP: the server said nothing more' >&2
    return 1
}
