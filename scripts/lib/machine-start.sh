#!/bin/bash
# Starts systemd on a root of its own, as the first process of namespaces of its own. Ends with this process.
#
#   machine-start.sh ROOT SHARED WORK     SHARED is its /mnt; WORK is an empty folder for it to mount things on
set -euo pipefail

if [ "$1" != --inside ]; then
    # Its control groups hang below one of its own, wherever this process is, and are removed with it.
    groups=()
    while IFS=: read -r _ controllers path; do
        for place in /sys/fs/cgroup /sys/fs/cgroup/unified "/sys/fs/cgroup/${controllers#name=}"; do
            # The first two are of version 2 only.
            if [ "${place##*/}" != "${controllers#name=}" ] && [ -n "$controllers" ]; then continue; fi
            group=$place${path%/}/postmoon.$$
            [ -e "$place$path/cgroup.procs" ] && mkdir "$group" 2>/dev/null || continue
            groups+=("$group")
            # A set of processors is empty at first (cpuset, version 1).
            for file in cpuset.cpus cpuset.mems; do
                if [ "$controllers" = cpuset ]; then cat "$place$path/$file" >"$group/$file" || true; fi
            done
        done
    done </proc/self/cgroup
    trap 'kill -KILL "$machine" 2>/dev/null || true' TERM INT HUP
    (
        for group in "${groups[@]}"; do echo "$BASHPID" >"$group/cgroup.procs" || true; done
        exec unshare --mount --pid --uts --ipc --cgroup --fork --kill-child=KILL bash "$0" --inside "$@"
    ) &
    machine=$!
    wait "$machine" || true
    # A signal ends the first waiting early.
    wait "$machine" 2>/dev/null || true
    for group in "${groups[@]}"; do
        # What was in it takes a moment to go.
        for ((try = 0; try < 50; try++)); do
            find "$group" -depth -type d -exec rmdir {} + 2>/dev/null && break
            sleep 0.1
        done
    done
    exit
fi

base=$2 shared=$3 work=$4
mount --make-rprivate /
# What is written goes into memory, and with it.
mount -t tmpfs -o mode=755 postmoon "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay postmoon -o "lowerdir=$base,upperdir=$work/upper,workdir=$work/work" "$work/root"
root=$work/root

mkdir -p "$root"/{dev,proc,sys,run,tmp,mnt,root,home}
mount --bind "$shared" "$root/mnt"
mount -t tmpfs -o mode=755 run "$root/run"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
mount -t tmpfs -o mode=755 dev "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s pts/ptmx "$root/dev/ptmx"
mkdir "$root/dev/shm" "$root/dev/pts"
touch "$root/dev/console"
mount --bind /dev/null "$root/dev/console"
mount -t proc proc "$root/proc"
# The kernel's settings are everybody's.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
if [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; then
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
else
    mount -t tmpfs -o mode=755 cgroup "$root/sys/fs/cgroup"
    mkdir "$root/sys/fs/cgroup/systemd" "$root/sys/fs/cgroup/unified"
    mount -t cgroup -o none,name=systemd,xattr cgroup "$root/sys/fs/cgroup/systemd"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified" || true
fi

mkdir -p "$root/etc/systemd/system" "$root/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=volatile\nAudit=no\n' >"$root/etc/systemd/journald.conf.d/own.conf"
ln -sf /dev/null "$root/etc/systemd/system/systemd-journald-audit.socket"
cat >"$root/etc/systemd/system/machine.target" <<END
[Unit]
Description=What tests need
DefaultDependencies=no
Wants=systemd-journald.service
After=systemd-journald.service
END
# Not chroot: systemd makes namespaces of its own out of what it takes for the root.
cd "$root"
mkdir run/outside
pivot_root . run/outside
umount -l /run/outside
rmdir /run/outside
# As systemd would have made it by itself outside a container: what it mounts for a service is to be seen in its namespace.
mount --make-rshared /
exec /usr/bin/env -i container=postmoon PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /usr/lib/systemd/systemd --system --unit=machine.target --log-level=warning --log-target=journal
