# shellcheck shell=bash
# What the demo starts, and how it ends it: a folder, the servers, `postmoon run`.

folder=''
# Names and process numbers of what was started, in this order.
started=()

build_postmoon() {
    if [ -n "${POSTMOON_BINARY:-}" ]; then
        binary=$POSTMOON_BINARY
        return
    fi
    need_swift
    # The debug build takes half the time of a release build, and `scripts/test` uses it too.
    local log seconds=$SECONDS build=(swift build --package-path "$root" --product postmoon)
    binary=$(swift build --package-path "$root" --show-bin-path)/postmoon
    log=$(mktemp)
    if [ -x "$binary" ]; then
        step "Building"
        "${build[@]}" >"$log" 2>&1 || { stuck "failed" && does_not_build "$log"; }
    else
        remark "Building for the first time. That takes some minutes."
        "${build[@]}" 2>&1 | tee "$log" || does_not_build "$log"
        step "Built"
    fi
    rm -f "$log"
    done_with "$((SECONDS - seconds)) s"
}

does_not_build() {
    fail "Postmoon does not build, see above or below. In a fresh clone that should not happen: is the disk full, or the
network away? What the compiler said is in $1" "$1"
}

postmoon() { "$binary" "$@" --config "$folder/postmoon.toml"; }

# A short path: the sockets of Dovecot and Postfix have to fit into 108 bytes.
make_folder() {
    folder=$(mktemp -d /tmp/pm.XXXXXX)
    trap 'stop_everything' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    # Dovecot reads and writes under users of its own; what is secret is closed one by one.
    chmod 755 "$folder"
    local ports
    ports=$(free_ports 4) || fail "There is no free port on 127.0.0.1, or no perl."
    read -r imaps_port lmtp_port submission_port webhook_port <<<"$ports"
    password=$(openssl rand -hex 16)
    make_certificates "$folder/tls" || fail "openssl could not make a certificate." "$folder/tls/openssl.log"
}

free_ports() {
    perl -MIO::Socket::INET -e '
        my @held = map { IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1) or exit 1 } 1 .. $ARGV[0];
        print join(" ", map { $_->sockport } @held), "\n";' "$1"
}

# start NAME LOG COMMAND...: most in a session of their own (setsid), so that they outlive the terminal under --keep
start() {
    local name=$1 log=$2
    shift 2
    "$@" >"$log" 2>&1 </dev/null &
    started+=("$name:$!")
}

# until_true SECONDS COMMAND...
until_true() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" 2>/dev/null; do
        if [ "$SECONDS" -ge "$deadline" ]; then return 1; fi
        sleep 0.1
    done
}

answers() { (exec 8<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

start_dovecot() {
    step "Dovecot: IMAP with TLS, LMTP"
    write_dovecot_configuration "$folder" "$imaps_port" "$lmtp_port" "$password"
    local log=$folder/dovecot.out
    start dovecot "$log" setsid dovecot -F -c "$folder/dovecot.conf"
    if ! until_true 15 answers "$imaps_port" || ! until_true 15 answers "$lmtp_port"; then
        stuck "does not answer"
        if [ -s "$folder/dovecot.log" ]; then log=$folder/dovecot.log; fi
        fail "The private Dovecot did not start. Is another version than 2.3 installed?" "$log"
    fi
    done_with "127.0.0.1:$imaps_port"
}

# Postfix runs only as root: as root, by sudo, or as root of a user namespace of our own.
start_postfix() {
    step "Postfix: submission with STARTTLS"
    local log=$folder/postfix.out as_root=(setsid)
    if ! command -v postconf >/dev/null; then
        stuck "left out"
        remark "Installing it would take away the mail server that is here, so the forward will wait in the outbox."
        return
    fi
    if [ "$(id -u)" != 0 ]; then
        if unshare --map-root-user --map-auto true 2>/dev/null; then
            as_root=(setsid unshare --map-root-user --map-auto)
        elif may_sudo; then
            # In this session: sudo remembers a password for its terminal.
            as_root=(sudo -n)
        else
            stuck "left out"
            remark "Postfix runs only as root. Neither sudo nor newuidmap (package uidmap) gives that here,"
            remark "so the forward will wait in the outbox."
            return
        fi
    fi
    start postfix "$log" "${as_root[@]}" bash "$root/scripts/lib/postfix.sh" "$folder.postfix" "$submission_port" \
        "$lmtp_port" "$folder/stop"
    until_true 15 answers "$submission_port" || {
        stuck "does not answer"
        fail "The private Postfix did not start." "$log"
    }
    has_postfix=yes
    done_with "127.0.0.1:$submission_port"
}
has_postfix=''

may_sudo() {
    command -v sudo >/dev/null || return 1
    sudo -n -v 2>/dev/null || { [ -t 0 ] && echo && sudo -p '  It runs only as root. Password of %u: ' -v; }
}

start_webhook() {
    step "A webhook that stands for a phone"
    touch "$folder/phone"
    start webhook "$folder/webhook.out" setsid perl "$root/scripts/lib/webhook.pl" "$webhook_port" "$folder/phone"
    until_true 10 answers "$webhook_port" || {
        stuck "does not answer"
        fail "The listener for notifications did not start." "$folder/webhook.out"
    }
    done_with "127.0.0.1:$webhook_port"
}

write_configuration() {
    (umask 077 && printf '%s\n' "$password" >"$folder/secret")
    # Copies: a rule must not be writable by others, and a clone may be.
    install -d -m 755 "$folder/rules" "$folder/rules/lists"
    install -m 644 "$root"/rules/*.lua "$folder/rules"
    install -m 644 "$root"/rules/lists/* "$folder/rules/lists"
    (umask 077 && cat >"$folder/postmoon.toml") <<END
rules = "rules"
state = "state"

[accounts.jane]
user     = "jane"
address  = "jane@example.org"
password = { file = "secret" }
imap     = { host = "127.0.0.1", port = $imaps_port, security = "tls", ca = "tls/ca.pem" }
smtp     = { host = "127.0.0.1", port = $submission_port, security = "starttls", ca = "tls/ca.pem" }

[notify.phone]
type = "webhook"
url  = "http://127.0.0.1:$webhook_port/hook"
END
}

start_postmoon() {
    step "postmoon check"
    local said
    said=$(postmoon check 2>&1) || { stuck "found something" && fail "$said"; }
    done_with "$said"
    step "postmoon run"
    start postmoon "$folder/run.log" setsid "$binary" run --config "$folder/postmoon.toml"
    until_true 20 grep -q ' watching' "$folder/run.log" || {
        stuck "does not watch"
        fail "\`postmoon run\` did not begin to watch the INBOX." "$folder/run.log"
    }
    start log "$folder/follow" setsid "$binary" log --follow --json --config "$folder/postmoon.toml"
    done_with "watches jane's INBOX"
}

# Ends what was started, the last first, each by its number.
stop_everything() {
    trap - EXIT
    [ -n "$folder" ] || return 0
    touch "$folder/stop"
    local index name number
    for ((index = ${#started[@]} - 1; index >= 0; index--)); do
        name=${started[index]%:*} number=${started[index]#*:}
        # Postfix belongs to root; it sees the file `stop`.
        if [ "$name" != postfix ]; then kill "$number" 2>/dev/null || true; fi
        until_true 10 is_gone "$number" || kill -KILL "$number" 2>/dev/null || true
        wait "$number" 2>/dev/null || true
    done
    started=()
    rm -rf "$folder"
}

is_gone() { ! kill -0 "$1" 2>/dev/null && [ ! -e "/proc/$1" ]; }

say_how_to_look() {
    local index name
    {
        echo '#!/bin/bash'
        echo '# Ends this demo and removes its folder.'
        printf 'touch %q\n' "$folder/stop"
        for ((index = ${#started[@]} - 1; index >= 0; index--)); do
            name=${started[index]%:*}
            if [ "$name" != postfix ]; then printf 'kill %s 2>/dev/null # %s\n' "${started[index]#*:}" "$name"; fi
        done
        printf 'for second in 1 2 3 4 5; do [ -e %q ] || break; sleep 1; done\n' "$folder.postfix"
        printf 'rm -rf %q\n' "$folder"
    } >"$folder/stop.sh"
    local deliver
    deliver="(source $root/scripts/lib/lmtp.sh; deliver $lmtp_port jane@example.org)"
    heading "It goes on running"
    cat <<END
  Configuration   $folder/postmoon.toml
  Rules           $folder/rules (change one, then: kill -HUP $(pid_of postmoon))
  Its log         tail -f $folder/run.log

  $binary status --config $folder/postmoon.toml
  $binary log --follow --config $folder/postmoon.toml
  $binary folders jane --config $folder/postmoon.toml

  Deliver a message of your own (bash):
  $deliver < message.eml

  What reached whom:
  $(command -v doveadm) -c $folder/dovecot.conf fetch -u oncall text ALL
  cat $folder/phone

  To end it:
  bash $folder/stop.sh
END
    trap - EXIT
}

pid_of() {
    local entry
    for entry in "${started[@]}"; do
        if [ "${entry%:*}" = "$1" ]; then echo "${entry#*:}"; fi
    done
}
