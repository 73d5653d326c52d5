# shellcheck shell=bash
# Installs the Debian packages that are missing, after naming them, without starting or removing anything.

build_packages=(libssl-dev liblua5.4-dev libpcre2-dev libsqlite3-dev pkg-config)
server_packages=(dovecot-imapd dovecot-lmtpd postfix openssl)
server_units=(dovecot.service dovecot.socket postfix.service)

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# install_missing PACKAGE...
install_missing() {
    step "Packages"
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        stuck "no apt here"
        remark "This script installs by apt only. Without it these have to be there, under whatever name:"
        remark "$*"
        remark "Going on as if they were."
        return
    fi
    local package missing=()
    for package in "$@"; do is_installed "$package" || missing+=("$package"); done
    if [ ${#missing[@]} -eq 0 ]; then
        done_with "all there"
        return
    fi
    echo "missing: ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null ||
            fail "Installing needs root. As root: apt-get install ${missing[*]}
Then run this again."
        as_root=(sudo)
    fi
    local plan
    plan=$(plan_installation "${missing[@]}")
    remark "They are installed now: $(awk '/^Inst /{print $2}' <<<"$plan" | sort | tr '\n' ' ')"
    remark "No service is started by it. To stop here, press Ctrl-C."
    sleep 3
    install_quietly "${missing[@]}"
    for package in "${missing[@]}"; do
        is_installed "$package" || fail "apt-get said nothing was wrong, but $package is not installed."
    done
    done_with "  installed"
}

# What apt would do, from its own rehearsal; ends the script where it would take something away.
plan_installation() {
    local plan
    if ! plan=$(apt-get -s --no-install-recommends install "$@" 2>&1); then
        "${as_root[@]}" apt-get update -q >&2 || fail "apt-get update failed. Is the network there?"
        plan=$(apt-get -s --no-install-recommends install "$@" 2>&1) ||
            fail "apt cannot install $*:
$plan"
    fi
    if grep -q '^Remv ' <<<"$plan"; then
        fail "To install $* apt would remove: $(awk '/^Remv /{print $2}' <<<"$plan" | tr '\n' ' ')
That is yours to decide; nothing was changed. By hand: apt-get install --no-install-recommends $*"
    fi
    printf '%s\n' "$plan"
}

# Debian starts the servers that it installs. A policy-rc.d that answers 101 forbids that; one that is there already
# belongs to somebody and stays.
install_quietly() {
    local policy=/usr/sbin/policy-rc.d own_policy='' unit new_units=() output
    output=$(mktemp)
    if command -v systemctl >/dev/null && [ -d /run/systemd/system ]; then
        for unit in "${server_units[@]}"; do
            systemctl cat "$unit" >/dev/null 2>&1 || new_units+=("$unit")
        done
    fi
    if [ ! -e "$policy" ] && [ ! -L "$policy" ]; then
        own_policy=yes
        # Whatever ends the script, it does not stay behind. A handler that was there comes back afterwards.
        trap 'remove_policy; exit 130' INT TERM
        # shellcheck disable=SC2016
        printf '#!/bin/sh\n# Made by Postmoon while it installs packages; to be removed.\nexit 101\n' |
            "${as_root[@]}" tee "$policy" >/dev/null
        "${as_root[@]}" chmod 755 "$policy"
    elif ! answers_no "$policy"; then
        remark "$policy is yours and stays; it may let the new servers start."
    fi
    case " $* " in
        *" postfix "*)
            printf 'postfix postfix/main_mailer_type select No configuration\n' |
                "${as_root[@]}" debconf-set-selections || true
            ;;
    esac
    local status=0
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        --no-remove -o DPkg::Lock::Timeout=120 "$@" >"$output" 2>&1 || status=$?
    if [ -n "$own_policy" ]; then
        remove_policy
        trap - INT TERM
    fi
    for unit in "${new_units[@]}"; do
        if systemctl cat "$unit" >/dev/null 2>&1; then
            "${as_root[@]}" systemctl disable -q "$unit" 2>/dev/null || true
        fi
    done
    [ "$status" = 0 ] || fail "apt-get install failed. By hand: apt-get install $*" "$output"
    rm -f "$output"
}

answers_no() {
    local status=0
    "$1" postfix start >/dev/null 2>&1 || status=$?
    [ "$status" = 101 ]
}

remove_policy() { "${as_root[@]}" rm -f /usr/sbin/policy-rc.d; }
