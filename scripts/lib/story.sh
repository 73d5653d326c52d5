# shellcheck shell=bash
# Delivers the demo's messages and tells what became of each.

# The message that `why` is asked about at the end.
alert=alert.48211@monitoring.example
told_forwards=0 told_notices=0 left=()

# tell_of FILE: delivers it, waits until Postmoon has dealt with it, says what it did
tell_of() {
    local file=$1 id subject from plan
    id=$(sed -n 's/^Message-ID: <\(.*\)>$/\1/p' "$file")
    subject=$(shown_subject "$file")
    from=$(sed -n 's/^From: .*<\(.*\)>$/\1/p' "$file")
    printf '  %s%s%s  %sfrom %s%s\n' "$bold" "$subject" "$plain" "$dim" "$from" "$plain"
    completed "$file" | deliver "$lmtp_port" jane@example.org ||
        fail "The private Dovecot did not take the message." "$folder/dovecot.log"
    plan=$(plan_of "$id")
    if [ -n "$plan" ]; then
        tell_plan "$plan"
    else
        left+=("$id")
        printf '      stays in INBOX  %sno rule wants it%s\n' "$dim" "$plain"
    fi
    tell_forwards
    tell_notices
}

# With today's date, and an attachment where one is asked for.
completed() {
    sed -e "s/@DATE@/$(LC_ALL=C date -R)/" -e '/@SIX MEGABYTES@/{
        r '"$(six_megabytes)"'
        d
    }' "$1"
}

six_megabytes() {
    local file=$folder/attachment
    [ -s "$file" ] || head -c 4500000 /dev/urandom | base64 -w 76 >"$file"
    echo "$file"
}

shown_subject() { "$binary" inspect "$1" --json 2>/dev/null | text_of subject; }

# The journal's line about a message, as soon as its plan is settled; nothing when no rule wants the message.
plan_of() {
    local id=$1 deadline=$((SECONDS + 20)) line place
    while [ "$SECONDS" -lt "$deadline" ]; do
        if line=$(grep -F -m 1 "\"message_id\":\"$id\"" "$folder/follow"); then
            printf '%s\n' "$line"
            return 0
        fi
        place=$(stored "$folder" jane mailbox INBOX header message-id "$id")
        if [ -n "$place" ] && grep -q -E "no rule wants it .*uid=${place##* }( |\$)" "$folder/run.log"; then return 0; fi
        kill -0 "$(pid_of postmoon)" 2>/dev/null || fail "\`postmoon run\` has ended." "$folder/run.log"
        sleep 0.1
    done
    fail "After 20 s nothing is known of the message $id." "$folder/run.log"
}

# tell_plan LINE: one line of `postmoon log --json`
tell_plan() {
    local line=$1 status words='' action rules
    status=$(text_of status <<<"$line")
    rules=$(grep -o '"rules":\[[^]]*\]' <<<"$line" | sed 's/"rules":\["\(.*\)"\]/\1/; s/","/, /g')
    while IFS= read -r action; do
        words+="${words:+, }$(in_words "$action")"
    done < <(actions_of <<<"$line")
    printf '      %s%s%s  %s%s%s\n' "$green" "$words" "$plain" "$dim" "rule “$rules”" "$plain"
    case $status in
        done | running | planned) ;;
        *) printf '      %s%s%s %s\n' "$red" "$status" "$plain" "$(text_of error <<<"$line")" ;;
    esac
}

in_words() {
    local action to
    action=$(text_of action <<<"$1")
    case $action in
        move) printf 'filed in %s' "$(text_of folder <<<"$1")" ;;
        copy) printf 'copied to %s' "$(text_of folder <<<"$1")" ;;
        mark) case $(text_of flag <<<"$1") in seen) printf 'marked as read' ;; *) printf '%s' "$(text_of flag <<<"$1")" ;; esac ;;
        forward)
            to=$(grep -o '"to":\[[^]]*\]' <<<"$1" | tr -d '[]"' | sed 's/^to://')
            case $(text_of state <<<"$1") in
                done) printf 'forwarded to %s' "$to" ;;
                *) printf 'forward to %s waits' "$to" ;;
            esac
            ;;
        notify) printf 'notified %s' "$(text_of channel <<<"$1")" ;;
        *) printf '%s' "$action" ;;
    esac
}

# Waits for what is under way at this point, a few seconds at most.
tell_forwards() {
    local sent count
    sent=$(grep -c 'forward handed over' "$folder/run.log" || true)
    while [ "$told_forwards" -lt "$sent" ]; do
        until_true 10 forward_arrived $((told_forwards + 1)) || {
            fail "A forward was handed over to Postfix but did not arrive." "$folder.postfix/maillog"
        }
        told_forwards=$((told_forwards + 1))
        count=$(stored "$folder" oncall all | sed -n "${told_forwards}p")
        printf '      %sthe forward arrived%s in the mailbox of oncall@example.com: %s\n' "$green" "$plain" \
            "$(arrived_subject "${count##* }")"
    done
}

forward_arrived() { [ "$(stored "$folder" oncall all | wc -l)" -ge "$1" ]; }

arrived_subject() {
    doveadm -c "$folder/dovecot.conf" fetch -u oncall hdr.subject mailbox INBOX uid "$1" 2>/dev/null |
        sed -n 's/^hdr.subject: /“/p' | sed 's/$/”/'
}

tell_notices() {
    local lines
    lines=$(wc -l <"$folder/phone")
    while [ "$told_notices" -lt "$lines" ]; do
        told_notices=$((told_notices + 1))
        printf '      %sthe phone shows%s “%s”\n' "$green" "$plain" "$(sed -n "${told_notices}p" "$folder/phone" | text_of title)"
    done
}

# Looks once more at what was said to stay: a rule that came late would have to be told of.
tell_what_is_left() {
    local id
    for id in "${left[@]}"; do
        [ -n "$(stored "$folder" jane mailbox INBOX header message-id "$id")" ] ||
            fail "The message $id has left INBOX after all." "$folder/run.log"
    done
    tell_forwards
    tell_notices
    echo
    remark "jane's folders now:"
    stored "$folder" jane all | awk '{sub(/ [0-9]+$/, ""); n[$0]++} END {for (f in n) printf "      %-24s %d\n", f, n[f]}' |
        sort
    if [ -z "$has_postfix" ]; then remark "The forward waits: $(postmoon status | grep '^outbox')"; fi
}

# The value of a key whose value is a text, of one line of JSON.
text_of() {
    perl -CS -0777 -ne '
        if (/"'"$1"'":"((?:[^"\\]|\\.)*)"/) {
            my $text = $1;
            my %short = (n => " ", t => " ", r => "", b => "", f => "");
            $text =~ s/\\(?:u([0-9a-fA-F]{4})|(.))/defined $1 ? chr hex $1 : $short{$2} \/\/ $2/ge;
            print $text;
        }'
}

# Each object of "actions", a line each.
actions_of() {
    perl -ne '
        if (/"actions":(\[(?:[^\[\]"]|"(?:[^"\\]|\\.)*"|(?1))*\])/) {
            my $list = $1;
            print "$1\n" while $list =~ /(\{(?:[^{}"]|"(?:[^"\\]|\\.)*"|(?1))*\})/g;
        }'
}
