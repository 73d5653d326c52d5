# shellcheck shell=bash
# A Debian of its own to install things into: packages unpacked into a folder and entered in dpkg's books, and systemd
# running on it in namespaces of its own. It has this machine's network, and sees and changes nothing else of it.

# make_debian FOLDER PACKAGE...: FOLDER/debian, with these packages and what is below them
make_debian() {
    local folder=$1 root=$1/debian names name package list
    shift
    step "A Debian to install into"
    if [ "$(cat "$root/.complete" 2>/dev/null)" = "$*" ]; then
        done_with "there"
        return
    fi
    rm -rf "${root:?}"
    names=$(names_of_all "$@") || fail "apt cannot say what is below $*. Is the network there?"
    mapfile -t names < <(grep -vE "$not_in_debian" <<<"$names")
    download "$folder" "${names[@]}" || fail "These packages could not be downloaded: ${names[*]}"
    # Since Debian 12 these are one.
    mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/var/lib/dpkg/{info,updates}
    for name in bin sbin lib lib64; do ln -s "usr/$name" "$root/$name"; done
    for name in "${names[@]}"; do
        package=$(package_file "$folder" "$name")
        list=$name
        if [ "$(dpkg-deb -f "$package" Multi-Arch)" = same ]; then
            list=$name:$(dpkg-deb -f "$package" Architecture)
        fi
        dpkg-deb --fsys-tarfile "$package" | tar -xv --keep-directory-symlink -C "$root" |
            sed -e 's/^\.//' -e 's|/$||' -e 's|^$|/.|' >"$root/var/lib/dpkg/info/$list.list"
        dpkg-deb -f "$package" | sed '1a Status: install ok installed' >>"$root/var/lib/dpkg/status"
        echo >>"$root/var/lib/dpkg/status"
    done
    # What their scripts would have done, as far as anybody asks for it.
    cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
    cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
    printf 'passwd: files systemd\ngroup: files systemd\nshadow: files\nhosts: files\n' >"$root/etc/nsswitch.conf"
    : >"$root/etc/machine-id"
    ldconfig -r "$root"
    rm -f "$root"/usr/lib/systemd/system/sysinit.target.wants/*
    echo "$*" >"$root/.complete"
    done_with "${#names[@]} packages, in $root"
}

# Interpreters that only maintainer scripts and helpers want, and what belongs to a login.
not_in_debian='^(adduser|debconf|libpython.*|media-types|perl|perl-modules-.*|libperl.*|python3.*|usrmerge|libfile-find-rule-perl|libnumber-compare-perl|libtext-glob-perl)$'

# start_machine ROOT SHARED: systemd on ROOT, which it sees and cannot change; SHARED is its /mnt
start_machine() {
    step "systemd on it"
    mkdir "$folder/machine"
    start machine "$folder/machine.log" setsid bash "$root/scripts/lib/machine-start.sh" "$1" "$2" "$folder/machine"
    until_true 30 inside systemctl is-active --quiet machine.target || {
        stuck "does not come up"
        fail "systemd did not start in namespaces of its own. It takes root, cgroups and overlayfs." \
            "$folder/machine.log"
    }
    done_with "$(inside systemctl --version | head -n 1)"
}

# inside COMMAND...: runs it there
inside() {
    local first
    first=$(child_of "$(child_of "$(pid_of machine)")") && [ -n "$first" ] || return 1
    nsenter --target "$first" --mount --pid --uts --ipc --root --wd \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "$@"
}

child_of() {
    local children
    children=$(cat "/proc/$1/task/$1/children" 2>/dev/null) && echo "${children%% *}"
}
