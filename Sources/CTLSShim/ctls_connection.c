#include "ctls_internal.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static ctls_connection *make(ctls_context *context) {
    const BIO_METHOD *method = ctls_bio_method();
    if (method == NULL) return NULL;
    ctls_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) return NULL;
    ERR_clear_error();
    connection->ssl = SSL_new(context);
    BIO *bio = BIO_new(method);
    if (connection->ssl == NULL || bio == NULL) {
        BIO_free(bio);
        ctls_connection_free(connection);
        return NULL;
    }
    BIO_set_data(bio, connection);
    BIO_set_init(bio, 1);
    SSL_set_bio(connection->ssl, bio, bio);  // takes the one reference, for both directions
    SSL_set_app_data(connection->ssl, connection);  // borrowed
    return connection;
}

/// What is checked, and what is said in SNI. OpenSSL switches the check off for an empty name, so that is refused here.
static bool set_peer_name(SSL *ssl, const char *name, size_t length) {
    char text[256];
    if (length == 0 || length >= sizeof text || memchr(name, 0, length) != NULL) return false;
    memcpy(text, name, length);
    text[length] = 0;
    X509_VERIFY_PARAM *checks = SSL_get0_param(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(checks, text) == 1) return true;  // no SNI: RFC 6066 §3
    ERR_clear_error();
    if (text[length - 1] == '.') text[--length] = 0;
    if (length == 0) return false;
    return X509_VERIFY_PARAM_set1_host(checks, text, length) == 1 && SSL_set_tlsext_host_name(ssl, text) == 1;
}

ctls_connection *ctls_connection_client(ctls_context *context, const char *name, size_t name_length,
                                        ctls_session *resumed) {
    ctls_connection *connection = make(context);
    if (connection == NULL) return NULL;
    if (!set_peer_name(connection->ssl, name, name_length)) {
        ctls_connection_free(connection);
        return NULL;
    }
    // A session that cannot be set costs a full handshake, nothing else.
    if (resumed != NULL) SSL_set_session(connection->ssl, resumed);
    SSL_set_connect_state(connection->ssl);
    return connection;
}

ctls_connection *ctls_connection_server(ctls_context *context) {
    ctls_connection *connection = make(context);
    if (connection != NULL) SSL_set_accept_state(connection->ssl);
    return connection;
}

void ctls_connection_free(ctls_connection *connection) {
    if (connection == NULL) return;
    if (connection->ssl != NULL) {
        // Without this OpenSSL takes a lost line for an attack and makes the session's ticket useless, just when a
        // reconnect needs it.
        if (connection->failure == ctls_failure_none) {
            SSL_set_shutdown(connection->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        }
        SSL_free(connection->ssl);
    }
    SSL_SESSION_free(connection->ticket);
    X509_free(connection->rejected);
    ctls_buffer_release(&connection->input);
    ctls_buffer_release(&connection->output);
    free(connection);
    ERR_clear_error();
}

bool ctls_consume(ctls_connection *connection, const void *bytes, size_t length) {
    if (length == 0) return true;
    if (!connection->has_first_byte) {
        connection->has_first_byte = true;
        connection->first_byte = *(const unsigned char *)bytes;
    }
    return ctls_buffer_append(&connection->input, bytes, length);
}

size_t ctls_input_pending(const ctls_connection *connection) { return ctls_buffer_count(&connection->input); }

/// What a return value of 0 or less means. The error queue was empty before the call.
static ctls_status conclude(ctls_connection *connection, int result) {
    switch (SSL_get_error(connection->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return ctls_status_wants_input;
    case SSL_ERROR_ZERO_RETURN:
        return ctls_status_closed;
    default:
        ctls_classify(connection);
        return ctls_status_failed;
    }
}

ctls_status ctls_step(ctls_connection *connection) {
    if (connection->failure != ctls_failure_none) return ctls_status_failed;
    // Content types 20 to 24 (RFC 8446 §5.1, RFC 6520). OpenSSL itself would wait for five bytes.
    if (connection->has_first_byte && (connection->first_byte < 20 || connection->first_byte > 24)) {
        connection->failure = ctls_failure_plaintext;
        connection->reason = "the peer does not speak TLS";
        return ctls_status_failed;
    }
    ERR_clear_error();
    int result = SSL_do_handshake(connection->ssl);
    return result == 1 ? ctls_status_done : conclude(connection, result);
}

ctls_status ctls_await_plaintext(ctls_connection *connection, size_t *count) {
    *count = 0;
    if (connection->failure != ctls_failure_none) return ctls_status_failed;
    ERR_clear_error();
    char byte;
    size_t peeked = 0;
    int result = SSL_peek_ex(connection->ssl, &byte, 1, &peeked);
    if (result != 1) return conclude(connection, result);
    int pending = SSL_pending(connection->ssl);
    *count = pending > 0 ? (size_t)pending : peeked;
    return ctls_status_done;
}

ctls_status ctls_read(ctls_connection *connection, void *bytes, size_t capacity, size_t *count) {
    *count = 0;
    if (connection->failure != ctls_failure_none) return ctls_status_failed;
    ERR_clear_error();
    int result = SSL_read_ex(connection->ssl, bytes, capacity, count);
    return result == 1 ? ctls_status_done : conclude(connection, result);
}

ctls_status ctls_write(ctls_connection *connection, const void *bytes, size_t length) {
    if (connection->failure != ctls_failure_none) return ctls_status_failed;
    if (length == 0) return ctls_status_done;
    ERR_clear_error();
    size_t written = 0;
    if (SSL_write_ex(connection->ssl, bytes, length, &written) == 1 && written == length) return ctls_status_done;
    // The output takes everything and renegotiation is off, so "later" is no answer here either.
    ctls_classify(connection);
    return ctls_status_failed;
}

size_t ctls_output_pending(const ctls_connection *connection) { return ctls_buffer_count(&connection->output); }

size_t ctls_produce(ctls_connection *connection, void *bytes, size_t capacity) {
    return ctls_buffer_take(&connection->output, bytes, capacity);
}

void ctls_shut_down(ctls_connection *connection) {
    if (connection->shut_down || connection->failure != ctls_failure_none) return;
    if (!SSL_is_init_finished(connection->ssl)) return;
    connection->shut_down = true;
    ERR_clear_error();
    SSL_shutdown(connection->ssl);
    ERR_clear_error();
}

int ctls_remember_ticket(SSL *ssl, SSL_SESSION *session) {
    ctls_connection *connection = SSL_get_app_data(ssl);
    SSL_SESSION_free(connection->ticket);
    connection->ticket = session;
    return 1;
}

ctls_session *ctls_take_session(ctls_connection *connection) {
    ctls_session *ticket = connection->ticket;
    connection->ticket = NULL;
    return ticket;
}

void ctls_session_free(ctls_session *session) { SSL_SESSION_free(session); }

bool ctls_session_is_fresh(const ctls_session *session) {
    if (!SSL_SESSION_is_resumable(session)) return false;
    long age = (long)time(NULL) - SSL_SESSION_get_time(session);
    return age >= 0 && age < SSL_SESSION_get_timeout(session);
}

bool ctls_session_is_single_use(const ctls_session *session) {
    return SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION;
}
