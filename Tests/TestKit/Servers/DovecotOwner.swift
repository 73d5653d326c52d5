import Foundation

/// Under which users a private Dovecot runs: as root under its own, else everything under the caller.
struct DovecotOwner: Sendable {
    /// Mail is never read as root: Dovecot refuses. The number needs no entry in the password file.
    let mailUser: uid_t
    let mailGroup: gid_t
    /// Lines of `dovecot.conf`.
    let configuration: String
    let isRoot: Bool

    init() throws {
        isRoot = geteuid() == 0
        mailUser = isRoot ? 5_000 : geteuid()
        mailGroup = isRoot ? 5_000 : getegid()
        if isRoot {
            configuration =
                getpwnam("dovecot") != nil && getpwnam("dovenull") != nil
                ? "" : "default_internal_user = nobody\ndefault_login_user = nobody\n"
            return
        }
        guard let user = getpwuid(geteuid()), let group = getgrgid(getegid()) else {
            throw ServerUnavailable("the user \(geteuid()) has no name, which Dovecot needs")
        }
        let name = String(cString: user.pointee.pw_name)
        configuration = """
            default_internal_user = \(name)
            default_login_user = \(name)
            default_internal_group = \(String(cString: group.pointee.gr_name))

            """
    }
}
