#ifndef CTLS_INTERNAL_H
#define CTLS_INTERNAL_H

#include "ctls.h"

#include <openssl/ssl.h>

/// Bytes in transit. Its memory is released whenever it runs empty, so an idle connection holds none.
typedef struct ctls_buffer {
    unsigned char *bytes;
    size_t start;
    size_t end;
    size_t capacity;
} ctls_buffer;

struct ctls_connection {
    SSL *ssl;  // owned
    ctls_buffer input;
    ctls_buffer output;
    ctls_session *ticket;  // owned; the newest that nobody took
    X509 *rejected;        // owned; the certificate a check failed on
    int verify_error;      // X509_V_ERR_...
    ctls_failure failure;
    const char *reason;  // static
    bool has_first_byte;
    unsigned char first_byte;
    bool shut_down;
};

bool ctls_buffer_append(ctls_buffer *buffer, const void *bytes, size_t length);
size_t ctls_buffer_take(ctls_buffer *buffer, void *bytes, size_t capacity);
void ctls_buffer_release(ctls_buffer *buffer);
static inline size_t ctls_buffer_count(const ctls_buffer *buffer) { return buffer->end - buffer->start; }

/// The method of BIOs that read a connection's input and write its output. Made once, never freed. NULL on failure.
const BIO_METHOD *ctls_bio_method(void);

/// Remembers on which certificate, and why, a chain was refused. Verification is never overruled.
int ctls_remember_rejection(int accepted, X509_STORE_CTX *store);
/// Takes the ticket over from OpenSSL (returns 1: the reference is now the connection's).
int ctls_remember_ticket(SSL *ssl, SSL_SESSION *session);

/// Records why OpenSSL gave up, from its error queue, which is emptied.
void ctls_classify(ctls_connection *connection);

#endif
