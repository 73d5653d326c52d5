# shellcheck shell=bash
# A private Dovecot on 127.0.0.1: IMAP with TLS, LMTP, and an authentication socket for Postfix.

# write_dovecot_configuration FOLDER IMAPS_PORT LMTP_PORT PASSWORD
write_dovecot_configuration() {
    local folder=$1 imaps=$2 lmtp=$3 password=$4 owner chroot='' mail_user mail_group
    if [ "$(id -u)" = 0 ]; then
        # Dovecot refuses to read mail as root. The number needs no entry in the password file.
        mail_user=5000 mail_group=5000 owner=''
    else
        mail_user=$(id -u) mail_group=$(id -g)
        owner="default_internal_user = $(id -un)
default_login_user = $(id -un)
default_internal_group = $(id -gn)"
        chroot='chroot ='
    fi
    mkdir -p "$folder/mail"
    chmod 755 "$folder" "$folder/mail"
    if [ "$(id -u)" = 0 ]; then chown "$mail_user:$mail_group" "$folder/mail"; fi
    (umask 077 && cat >"$folder/dovecot.conf") <<END
base_dir = $folder/r
state_dir = $folder/s
instance_name = ${folder##*/}
log_path = $folder/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
$owner
first_valid_uid = 1
first_valid_gid = 1
ssl = required
ssl_cert = <$folder/tls/server.pem
ssl_key = <$folder/tls/server.key
auth_mechanisms = plain login
mail_location = maildir:~/Maildir:UTF-8
passdb {
  driver = static
  args = password=$password
}
userdb {
  driver = static
  args = uid=$mail_user gid=$mail_group home=$folder/mail/%n allow_all_users=yes
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Archive {
    auto = subscribe
    special_use = \\Archive
  }
  mailbox Trash {
    auto = subscribe
    special_use = \\Trash
  }
}
service anvil {
  $chroot
}
service stats {
  $chroot
}
service auth {
  unix_listener postfix {
    mode = 0666
  }
}
service imap-login {
  $chroot
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = $imaps
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = $lmtp
  }
}
protocol lmtp {
  postmaster_address = postmaster@example.org
}
END
}

# stored FOLDER USER SEARCH...: "folder uid" of each message that is found
stored() {
    local folder=$1 user=$2
    shift 2
    doveadm -c "$folder/dovecot.conf" fetch -u "$user" 'mailbox uid' "$@" 2>>"$folder/doveadm.log" |
        awk '/^mailbox: /{m = substr($0, 10)} /^uid: /{print m, $2}'
}
