# shellcheck shell=bash
# A certificate authority of one run, and a certificate for 127.0.0.1 that it signed.

# make_certificates FOLDER: ca.pem, server.pem, server.key
make_certificates() (
    umask 077
    mkdir -p "$1"
    cd "$1" || exit
    {
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 \
            -subj '/O=Postmoon demo/CN=demo authority' -addext basicConstraints=critical,CA:TRUE \
            -addext keyUsage=critical,keyCertSign,cRLSign
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr \
            -subj '/O=Postmoon demo/CN=localhost'
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' \
            >extensions
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile extensions \
            -out server.pem
    } >openssl.log 2>&1
    rm -f ca.key server.csr extensions
    chmod 644 ca.pem server.pem
)
