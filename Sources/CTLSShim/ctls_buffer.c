#include "ctls_internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

bool ctls_buffer_append(ctls_buffer *buffer, const void *bytes, size_t length) {
    if (length == 0) return true;
    size_t count = ctls_buffer_count(buffer);
    if (length > SIZE_MAX / 4 - count) return false;
    if (buffer->start > 0 && length > buffer->capacity - buffer->end) {
        memmove(buffer->bytes, buffer->bytes + buffer->start, count);
        buffer->start = 0;
        buffer->end = count;
    }
    if (length > buffer->capacity - buffer->end) {
        size_t capacity = buffer->capacity * 2;
        if (capacity < count + length) capacity = count + length;
        unsigned char *grown = realloc(buffer->bytes, capacity);
        if (grown == NULL) return false;
        buffer->bytes = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->bytes + buffer->end, bytes, length);
    buffer->end += length;
    return true;
}

size_t ctls_buffer_take(ctls_buffer *buffer, void *bytes, size_t capacity) {
    size_t count = ctls_buffer_count(buffer);
    if (count > capacity) count = capacity;
    if (count == 0) return 0;
    memcpy(bytes, buffer->bytes + buffer->start, count);
    buffer->start += count;
    if (buffer->start == buffer->end) ctls_buffer_release(buffer);
    return count;
}

void ctls_buffer_release(ctls_buffer *buffer) {
    free(buffer->bytes);
    *buffer = (ctls_buffer){0};
}

// The BIO's data is the connection: borrowed, and alive as long as the SSL that owns the BIO.

static int bio_write(BIO *bio, const char *bytes, size_t length, size_t *written) {
    ctls_connection *connection = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (!ctls_buffer_append(&connection->output, bytes, length)) return 0;
    *written = length;
    return 1;
}

static int bio_read(BIO *bio, char *bytes, size_t capacity, size_t *count) {
    ctls_connection *connection = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    *count = ctls_buffer_take(&connection->input, bytes, capacity);
    if (*count > 0) return 1;
    BIO_set_retry_read(bio);
    return 0;
}

static long bio_control(BIO *bio, int command, long number, void *pointer) {
    (void)number;
    (void)pointer;
    const ctls_connection *connection = BIO_get_data(bio);
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_PENDING:
        return (long)ctls_buffer_count(&connection->input);
    case BIO_CTRL_WPENDING:
        return (long)ctls_buffer_count(&connection->output);
    default:
        return 0;
    }
}

static BIO_METHOD *method;
static pthread_once_t method_once = PTHREAD_ONCE_INIT;

static void make_method(void) {
    int index = BIO_get_new_index();
    if (index == -1) return;
    BIO_METHOD *made = BIO_meth_new(index | BIO_TYPE_SOURCE_SINK, "ctls");
    if (made == NULL) return;
    if (BIO_meth_set_write_ex(made, bio_write) == 1 && BIO_meth_set_read_ex(made, bio_read) == 1 &&
        BIO_meth_set_ctrl(made, bio_control) == 1) {
        method = made;
    } else {
        BIO_meth_free(made);
    }
}

const BIO_METHOD *ctls_bio_method(void) {
    pthread_once(&method_once, make_method);
    return method;
}
