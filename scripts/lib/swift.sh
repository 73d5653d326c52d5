# shellcheck shell=bash
# Finds the Swift toolchain.

need_swift() {
    step "Swift"
    local version wanted=6.1
    if ! command -v swift >/dev/null; then
        stuck "not found"
        fail "Postmoon is built with Swift $wanted or newer. To get it, as your own user:
  curl -O https://download.swift.org/swiftly/linux/swiftly-\$(uname -m).tar.gz
  tar zxf swiftly-\$(uname -m).tar.gz && ./swiftly init
(or see https://www.swift.org/install/linux). If it is there already, put its usr/bin into PATH."
    fi
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
    if [ "$(printf '%s\n%s\n' "$wanted" "${version:-0}" | sort -V | head -n 1)" != "$wanted" ]; then
        stuck "${version:-unknown}"
        fail "Postmoon needs Swift $wanted or newer; this is ${version:-of unknown version} ($(command -v swift)).
See https://www.swift.org/install/linux"
    fi
    done_with "$version"
}
