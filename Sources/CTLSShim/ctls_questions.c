#include "ctls_internal.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

const char *ctls_version(const ctls_connection *connection) { return SSL_get_version(connection->ssl); }

const char *ctls_cipher(const ctls_connection *connection) { return SSL_get_cipher_name(connection->ssl); }

bool ctls_resumed(const ctls_connection *connection) { return SSL_session_reused(connection->ssl) == 1; }

ctls_failure ctls_failure_kind(const ctls_connection *connection) { return connection->failure; }

const char *ctls_failure_reason(const ctls_connection *connection) {
    return connection->reason == NULL ? "no reason known" : connection->reason;
}

int ctls_remember_rejection(int accepted, X509_STORE_CTX *store) {
    if (accepted == 1) return 1;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    ctls_connection *connection = ssl == NULL ? NULL : SSL_get_app_data(ssl);
    if (connection == NULL || connection->rejected != NULL) return 0;
    connection->verify_error = X509_STORE_CTX_get_error(store);
    bool dated = connection->verify_error == X509_V_ERR_CERT_HAS_EXPIRED ||
                 connection->verify_error == X509_V_ERR_CERT_NOT_YET_VALID;
    // Dates are those of the certificate that is out of date; all else is told of the server's own.
    X509 *certificate = dated ? X509_STORE_CTX_get_current_cert(store) : X509_STORE_CTX_get0_cert(store);
    if (certificate != NULL && X509_up_ref(certificate) == 1) connection->rejected = certificate;
    return 0;
}

static ctls_failure kind_of_rejection(int error) {
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return ctls_failure_expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return ctls_failure_not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return ctls_failure_name_mismatch;
    case X509_V_ERR_OUT_OF_MEM:
        return ctls_failure_memory;
    default:
        return ctls_failure_untrusted;
    }
}

static ctls_failure kind_of_error(unsigned long error) {
    if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE) return ctls_failure_memory;
    if (ERR_GET_LIB(error) != ERR_LIB_SSL) return ctls_failure_protocol;
    switch (ERR_GET_REASON(error)) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
        return ctls_failure_plaintext;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_UNSUPPORTED_SSL_VERSION:
    case SSL_R_UNKNOWN_SSL_VERSION:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_VERSION_TOO_HIGH:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
    case SSL_R_INAPPROPRIATE_FALLBACK:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_TLSV1_ALERT_INAPPROPRIATE_FALLBACK:
        return ctls_failure_version;
    default:
        return ctls_failure_protocol;
    }
}

void ctls_classify(ctls_connection *connection) {
    if (connection->failure != ctls_failure_none) return;
    unsigned long error = 0;
    // TLS's own error says what failed; those of the libraries beneath it come first and only say where.
    for (unsigned long next; (next = ERR_get_error()) != 0;) {
        if (error == 0 || (ERR_GET_LIB(error) != ERR_LIB_SSL && ERR_GET_LIB(next) == ERR_LIB_SSL)) error = next;
    }
    bool rejected = connection->verify_error != X509_V_OK && ERR_GET_LIB(error) == ERR_LIB_SSL &&
                    ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED;
    if (rejected) {
        connection->failure = kind_of_rejection(connection->verify_error);
        connection->reason = X509_verify_cert_error_string(connection->verify_error);
    } else {
        connection->failure = kind_of_error(error);
        connection->reason = ERR_reason_error_string(error);
    }
}

/// Borrowed: the connection, or its session, owns it.
static X509 *certificate_of(const ctls_connection *connection) {
    return connection->rejected != NULL ? connection->rejected : SSL_get0_peer_certificate(connection->ssl);
}

bool ctls_has_certificate(const ctls_connection *connection) { return certificate_of(connection) != NULL; }

static void print_name(BIO *out, const X509_NAME *name) {
    X509_NAME_print_ex(out, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB & ~XN_FLAG_SPC_EQ);
}

static void print_address(BIO *out, const ASN1_OCTET_STRING *address) {
    const unsigned char *bytes = ASN1_STRING_get0_data(address);
    int length = ASN1_STRING_length(address);
    if (length == 4) {
        BIO_printf(out, "%d.%d.%d.%d", bytes[0], bytes[1], bytes[2], bytes[3]);
    } else if (length == 16) {
        for (int i = 0; i < 16; i += 2) BIO_printf(out, i == 0 ? "%x" : ":%x", bytes[i] << 8 | bytes[i + 1]);
    }
}

static void print_alternative_names(BIO *out, const X509 *certificate) {
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        int type = 0;
        const void *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
        if (type != GEN_DNS && type != GEN_IPADD) continue;
        if (BIO_pending(out) > 0) BIO_puts(out, ", ");
        if (type == GEN_DNS) {
            BIO_write(out, ASN1_STRING_get0_data(value), ASN1_STRING_length(value));
        } else {
            print_address(out, value);
        }
    }
    GENERAL_NAMES_free(names);
}

size_t ctls_certificate_text(const ctls_connection *connection, ctls_field field, char *text, size_t capacity) {
    if (capacity == 0) return 0;
    text[0] = 0;
    const X509 *certificate = certificate_of(connection);
    BIO *out = certificate == NULL ? NULL : BIO_new(BIO_s_mem());
    if (out == NULL) return 0;
    switch (field) {
    case ctls_field_subject:
        print_name(out, X509_get_subject_name(certificate));
        break;
    case ctls_field_issuer:
        print_name(out, X509_get_issuer_name(certificate));
        break;
    case ctls_field_names:
        print_alternative_names(out, certificate);
        break;
    }
    int limit = capacity - 1 > 65536 ? 65536 : (int)(capacity - 1);
    int length = BIO_read(out, text, limit);
    BIO_free(out);
    ERR_clear_error();
    size_t count = length > 0 ? (size_t)length : 0;
    text[count] = 0;
    return count;
}

static bool seconds_of(const ASN1_TIME *moment, int64_t *seconds) {
    struct tm parts = {0};
    if (moment == NULL || ASN1_TIME_to_tm(moment, &parts) != 1) return false;
    *seconds = (int64_t)timegm(&parts);
    return true;
}

bool ctls_certificate_validity(const ctls_connection *connection, int64_t *not_before, int64_t *not_after) {
    const X509 *certificate = certificate_of(connection);
    return certificate != NULL && seconds_of(X509_get0_notBefore(certificate), not_before) &&
           seconds_of(X509_get0_notAfter(certificate), not_after);
}
