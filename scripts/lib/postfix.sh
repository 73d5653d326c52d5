#!/bin/bash
# A private Postfix on 127.0.0.1 that takes submissions with STARTTLS and AUTH and hands each message to the private
# Dovecot, whoever it is for: nothing leaves the machine. A program of its own because Postfix runs only as root.
#
#   postfix.sh FOLDER SUBMISSION_PORT LMTP_PORT STOP_FILE
#
# FOLDER is made, and removed at the end; the end is when STOP_FILE is there or its folder is gone.
set -euo pipefail

# The terminal may go; the file is the only sign.
trap '' HUP INT

folder=$1 port=$2 lmtp=$3 stop=$4
servers=${stop%/*}
daemons=$(postconf -dh daemon_directory)
owner=$(postconf -dh mail_owner) drop=$(postconf -dh setgid_group)

mkdir -m 755 "$folder"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir -m 755 config queue queue/pid
install -d -m 700 -o "$owner" -g "$owner" data
for queue in active bounce corrupt defer deferred flush hold incoming private saved trace; do
    install -d -m 700 -o "$owner" -g "$owner" "queue/$queue"
done
install -d -m 1730 -o "$owner" -g "$drop" queue/maildrop
install -d -m 2710 -o "$owner" -g "$drop" queue/public

cat >config/main.cf <<END
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
daemon_directory = $daemons
maillog_file = $folder/maillog
maillog_file_prefixes = $folder
myhostname = submission.example.org
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
alias_maps =
local_recipient_maps =
default_transport = lmtp:inet:127.0.0.1:$lmtp
lmtp_host_lookup = native
lmtp_dns_support_level = disabled
lmtp_tls_security_level = none
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = $servers/tls/server.pem
smtpd_tls_key_file = $servers/tls/server.key
smtpd_tls_session_cache_database =
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = $servers/r/postfix
smtpd_sasl_security_options = noanonymous
smtpd_recipient_restrictions =
smtpd_relay_restrictions = permit_sasl_authenticated, reject
END
cat >config/master.cf <<END
127.0.0.1:$port inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
END

MAIL_CONFIG=$folder/config "$daemons/master" -c "$folder/config" -s &
master=$!
# The master takes its children along.
trap 'kill "$master" 2>/dev/null || true; wait "$master" || true; rm -rf "$folder"' EXIT
while kill -0 "$master" 2>/dev/null && [ -d "$servers" ] && [ ! -e "$stop" ]; do sleep 0.2; done
