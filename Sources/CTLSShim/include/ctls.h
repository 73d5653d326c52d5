// TLS by the system's OpenSSL, over buffers in memory, behind few verbs. No sockets, no threads, no calls back into the
// caller: every function returns at once, and what it found is its status.
//
// A context may be shared by threads. A connection belongs to one thread at a time.

#ifndef CTLS_H
#define CTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ssl_ctx_st ctls_context;
typedef struct ssl_session_st ctls_session;
typedef struct ctls_connection ctls_connection;

#define CTLS_CLOSED_ENUM enum __attribute__((enum_extensibility(closed)))

typedef CTLS_CLOSED_ENUM ctls_status {
    ctls_status_done,
    /// Nothing more can be done until ciphertext is consumed.
    ctls_status_wants_input,
    /// The peer said that it will send no more (close_notify).
    ctls_status_closed,
    /// The connection is broken for good; ctls_failure_kind says why. An alert may be waiting in the output.
    ctls_status_failed,
} ctls_status;

typedef CTLS_CLOSED_ENUM ctls_failure {
    ctls_failure_none,
    /// The peer's first byte is no TLS.
    ctls_failure_plaintext,
    ctls_failure_untrusted,
    ctls_failure_expired,
    ctls_failure_not_yet_valid,
    ctls_failure_name_mismatch,
    ctls_failure_version,
    ctls_failure_protocol,
    ctls_failure_memory,
} ctls_failure;

typedef CTLS_CLOSED_ENUM ctls_field {
    ctls_field_subject,
    ctls_field_issuer,
    /// The names and addresses it is made for, joined by ", ".
    ctls_field_names,
} ctls_field;

// Contexts.

/// For clients: TLS 1.2 and up; the peer's chain and name are always checked. `ca_file` NULL means the system's store.
/// Returns NULL on failure, with the reason, cut to `capacity` and NUL-terminated, in `reason`.
ctls_context *ctls_context_client(const char *ca_file, char *reason, size_t capacity);

/// For servers in tests. `newest` is 0 (no bound) or a protocol number such as 0x0303 (TLS 1.2).
ctls_context *ctls_context_server(const char *certificate_file, const char *key_file, int newest, char *reason,
                                  size_t capacity);

void ctls_context_free(ctls_context *context);

// Sessions: what a later connection to the same name may resume.

void ctls_session_free(ctls_session *session);
/// Whether it can still be resumed, as far as this side knows.
bool ctls_session_is_fresh(const ctls_session *session);
/// A TLS 1.3 ticket is used once (RFC 8446 appendix C.4).
bool ctls_session_is_single_use(const ctls_session *session);

// Connections.

/// `name` is a host name (sent as SNI and checked) or an IP address (checked). Returns NULL when the name cannot be one,
/// or memory is short. `resumed` may be NULL; the caller keeps it. The context may be freed before the connection.
ctls_connection *ctls_connection_client(ctls_context *context, const char *name, size_t name_length,
                                        ctls_session *resumed);
ctls_connection *ctls_connection_server(ctls_context *context);
void ctls_connection_free(ctls_connection *connection);

/// Takes ciphertext from the peer; the bytes are copied. False when memory is short.
bool ctls_consume(ctls_connection *connection, const void *bytes, size_t length);
/// Ciphertext consumed and not looked at yet.
size_t ctls_input_pending(const ctls_connection *connection);

/// Goes on with the handshake as far as the input reaches.
ctls_status ctls_step(ctls_connection *connection);

/// Opens the next record. Done: `count` bytes (never 0) can be read without further input.
ctls_status ctls_await_plaintext(ctls_connection *connection, size_t *count);
ctls_status ctls_read(ctls_connection *connection, void *bytes, size_t capacity, size_t *count);

/// Seals the bytes, a record for each started 16 KiB. All of them or failure.
ctls_status ctls_write(ctls_connection *connection, const void *bytes, size_t length);

/// Ciphertext for the peer that was not produced yet.
size_t ctls_output_pending(const ctls_connection *connection);
/// Moves up to `capacity` bytes of it out; the buffer behind it is released when it is empty.
size_t ctls_produce(ctls_connection *connection, void *bytes, size_t capacity);

/// Puts a close_notify into the output, once, if the handshake is done and nothing failed.
void ctls_shut_down(ctls_connection *connection);

/// The newest ticket since the last call, or NULL. The caller owns it.
ctls_session *ctls_take_session(ctls_connection *connection);

// Questions. Returned strings are static.

const char *ctls_version(const ctls_connection *connection);
const char *ctls_cipher(const ctls_connection *connection);
bool ctls_resumed(const ctls_connection *connection);

ctls_failure ctls_failure_kind(const ctls_connection *connection);
/// OpenSSL's words for it; never NULL.
const char *ctls_failure_reason(const ctls_connection *connection);

/// Whether a certificate of the peer is known: the one a check failed on, else the one it was accepted by.
bool ctls_has_certificate(const ctls_connection *connection);
/// UTF-8, NUL-terminated, cut to `capacity`. Returns the length, 0 when there is none. The peer wrote it.
size_t ctls_certificate_text(const ctls_connection *connection, ctls_field field, char *text, size_t capacity);
/// Seconds since 1970; false when unknown.
bool ctls_certificate_validity(const ctls_connection *connection, int64_t *not_before, int64_t *not_after);

#endif
