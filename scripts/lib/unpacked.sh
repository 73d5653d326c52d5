# shellcheck shell=bash
# Servers whose Debian packages cannot stand beside those that are installed: each is unpacked, with all libraries that
# it needs, into a folder of its own. Nothing of it is installed, configured or started by the system.

# server -> packages
declare -A unpacked_servers=(
    [cyrus]="cyrus-imapd sasl2-bin"
    [courier]="courier-imap"
    [exim]="exim4-daemon-light"
    [opensmtpd]="opensmtpd"
)

# What only maintainer scripts and the system's start need.
not_unpacked='^(adduser|cron|cron-daemon-common|debconf|dpkg|e2fsprogs|ed|gawk|init-system-helpers|logsave|lsb-base|passwd|perl|perl-base|perl-modules-.*|libperl.*|readline-common|sensible-utils|sysvinit-utils|tar|usrmerge|libfile-find-rule-perl|libnumber-compare-perl|libtext-glob-perl)$'

# unpack_servers FOLDER: all of them, as FOLDER/cyrus and so on; what is there already stays
unpack_servers() {
    local folder=$1 server
    mkdir -p "$folder"
    for server in $(printf '%s\n' "${!unpacked_servers[@]}" | sort); do
        step "Unpacked server: $server"
        if [ -e "$folder/$server/.complete" ]; then
            done_with "there"
            continue
        fi
        command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
            fail "To unpack $server takes apt-get and dpkg-deb, and they are not here."
        rm -rf "${folder:?}/$server"
        unpack_server "$folder" "$server" || fail "$server could not be unpacked. Is the network there?"
        touch "$folder/$server/.complete"
        done_with "unpacked into $folder/$server"
    done
}

unpack_server() {
    local folder=$1 server=$2 root=$1/$2 names name packages
    read -ra packages <<<"${unpacked_servers[$server]}"
    names=$(names_of_all "${packages[@]}") || return 1
    mapfile -t names < <(grep -vE "$not_unpacked" <<<"$names")
    download "$folder" "${names[@]}" || return 1
    mkdir -p "$root"
    for name in "${names[@]}"; do
        dpkg-deb -x "$(package_file "$folder" "$name")" "$root" || return 1
    done
    # Where a running server gets its own.
    mkdir -p "$root"/{dev,proc,etc,var,run,home,tmp}
}

# names_of_all PACKAGE...: these packages and everything below them, as if nothing were installed; a line each
names_of_all() {
    local rehearse=(apt-get -o Dir::State::status=/dev/null -s --no-install-recommends install "$@") names
    names=$("${rehearse[@]}" 2>/dev/null | awk '$1 == "Inst" {print $2}')
    if [ -z "$names" ]; then
        as_super apt-get update -q >&2 || return 1
        names=$("${rehearse[@]}" | awk '$1 == "Inst" {print $2}')
    fi
    [ -n "$names" ] && echo "$names"
}

# download FOLDER PACKAGE...: those that are not in FOLDER/packages yet
download() {
    local folder=$1 name missing=()
    shift
    mkdir -p "$folder/packages"
    for name in "$@"; do
        [ -n "$(package_file "$folder" "$name")" ] || missing+=("$name")
    done
    # All at once: each call of apt reads its lists anew.
    if [ ${#missing[@]} -gt 0 ]; then
        (cd "$folder/packages" && apt-get -q download "${missing[@]}") >"$folder/apt.log" 2>&1 || {
            cat "$folder/apt.log" >&2
            return 1
        }
    fi
}

package_file() { find "$1/packages" -name "$2_*.deb" | head -n 1; }

as_super() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}
