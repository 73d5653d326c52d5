#include "ctls_internal.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

/// The queue's first error is the cause ("no such file"), the later ones only say who met it.
static void say_why(char *reason, size_t capacity) {
    unsigned long error = ERR_peek_error();
    const char *words = ERR_SYSTEM_ERROR(error) ? strerror(ERR_GET_REASON(error)) : ERR_reason_error_string(error);
    if (capacity > 0) snprintf(reason, capacity, "%s", words == NULL ? "OpenSSL gave no reason" : words);
    ERR_clear_error();
}

static ctls_context *fail(SSL_CTX *context, char *reason, size_t capacity) {
    say_why(reason, capacity);
    SSL_CTX_free(context);
    return NULL;
}

static SSL_CTX *make(const SSL_METHOD *method) {
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(method);
    if (context == NULL) return NULL;
    // The machine's openssl.cnf may ask for more than 1.2, never for less.
    if (SSL_CTX_get_min_proto_version(context) < TLS1_2_VERSION) {
        SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    }
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    return context;
}

ctls_context *ctls_context_client(const char *ca_file, char *reason, size_t capacity) {
    SSL_CTX *context = make(TLS_client_method());
    if (context == NULL) return fail(NULL, reason, capacity);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, ctls_remember_rejection);
    X509_VERIFY_PARAM *checks = SSL_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_hostflags(checks, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (ca_file == NULL) {
        if (SSL_CTX_set_default_verify_paths(context) != 1) return fail(context, reason, capacity);
    } else {
        if (SSL_CTX_load_verify_file(context, ca_file) != 1) return fail(context, reason, capacity);
        // Who names a file trusts what is in it, be it an intermediate or the server's own certificate.
        X509_VERIFY_PARAM_set_flags(checks, X509_V_FLAG_PARTIAL_CHAIN);
    }
    // Tickets are kept by the caller, by server name; OpenSSL's own cache knows only session identifiers.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, ctls_remember_ticket);
    return context;
}

ctls_context *ctls_context_server(const char *certificate_file, const char *key_file, int newest, char *reason,
                                  size_t capacity) {
    SSL_CTX *context = make(TLS_server_method());
    if (context == NULL || SSL_CTX_set_max_proto_version(context, newest) != 1 ||
        SSL_CTX_use_certificate_chain_file(context, certificate_file) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, key_file, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        return fail(context, reason, capacity);
    }
    return context;
}

void ctls_context_free(ctls_context *context) { SSL_CTX_free(context); }
