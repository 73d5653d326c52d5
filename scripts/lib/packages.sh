# shellcheck shell=bash
# Installs the Debian packages that are missing, after naming them, without starting or removing anything.

build_packages=(libssl-dev liblua5.4-dev libpcre2-dev libsqlite3-dev pkg-config)
server_packages=(dovecot-imapd dovecot-lmtpd openssl)
sending_package=postfix
package_tools=(binutils dpkg-dev)

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
    local as_root=() plan
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null ||
            fail "Installing needs root. As root: apt-get install ${missing[*]}
Then run this again."
        as_root=(sudo)
    fi
    plan=$(rehearsal "${missing[@]}")
    if grep -q '^Remv ' <<<"$plan"; then
        fail "To install ${missing[*]} apt would remove: $(names_of Remv "$plan")
That is yours to decide; nothing was changed. By hand: apt-get install --no-install-recommends ${missing[*]}"
    fi
    remark "They are installed now: $(names_of Inst "$plan")"
    remark "No service is started by it. To stop here, press Ctrl-C."
    sleep 3
    install_quietly "${missing[@]}"
    for package in "${missing[@]}"; do
        is_installed "$package" || fail "apt-get said nothing was wrong, but $package is not installed."
    done
    remark "Installed."
}

# Whether a package is there, or can be had without taking another away.
is_harmless() {
    is_installed "$1" || ! apt-get -s --no-install-recommends install "$1" 2>/dev/null | grep -q '^Remv '
}

# What apt would do, in its own words.
rehearsal() {
    local plan
    if ! plan=$(apt-get -s --no-install-recommends install "$@" 2>&1); then
        "${as_root[@]}" apt-get update -q >&2 || fail "apt-get update failed. Is the network there?"
        plan=$(apt-get -s --no-install-recommends install "$@" 2>&1) ||
            fail "apt cannot install $*:
$plan"
    fi
    printf '%s\n' "$plan"
}

names_of() { awk -v kind="$1" '$1 == kind {print $2}' <<<"$2" | sort | tr '\n' ' '; }

# Debian starts the servers that it installs. A policy-rc.d that answers 101 forbids that; one that is there already
# belongs to somebody and stays.
install_quietly() {
    local policy=/usr/sbin/policy-rc.d own_policy='' new_servers=() output
    output=$(mktemp)
    is_installed dovecot-core || new_servers+=(dovecot)
    is_installed postfix || new_servers+=(postfix)
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
    local server
    for server in "${new_servers[@]}"; do keep_disabled "$server"; done
    [ "$status" = 0 ] || fail "apt-get install failed. By hand: apt-get install $*" "$output"
    rm -f "$output"
}

answers_no() {
    local status=0
    "$1" postfix start >/dev/null 2>&1 || status=$?
    [ "$status" = 101 ]
}

remove_policy() { "${as_root[@]}" rm -f /usr/sbin/policy-rc.d; }

# A server that was not there before does not start with the machine either.
keep_disabled() {
    local unit
    if command -v systemctl >/dev/null; then
        for unit in "$1.service" "$1.socket"; do
            if [ -e "/lib/systemd/system/$unit" ]; then
                "${as_root[@]}" systemctl disable "$unit" >/dev/null 2>&1 || true
            fi
        done
    elif [ -e "/etc/init.d/$1" ]; then
        "${as_root[@]}" update-rc.d "$1" disable >/dev/null 2>&1 || true
    fi
}
