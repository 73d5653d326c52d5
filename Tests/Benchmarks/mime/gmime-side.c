/*
 * The GMime side of scripts/bench-mime: parses every message of each pack, decodes the header texts that rules use,
 * every text part to UTF-8, and every other part to count its bytes.
 *
 *   gmime-side RUNS PACK...
 *
 * Prints a line for each pack: name, messages, bytes, characters of header texts, bytes of text, bytes of files,
 * median seconds of RUNS runs.
 */
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct pack {
    char *bytes;
    size_t *starts, *lengths;
    size_t count, total;
};

struct work {
    unsigned long header, text, file;
};

static struct pack read_pack(const char *path)
{
    struct pack pack = {0};
    gsize size;
    if (!g_file_get_contents(path, &pack.bytes, &size, NULL)) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    size_t position = 0, capacity = 0;
    while (position < size) {
        char *end;
        size_t length = strtoul(pack.bytes + position, &end, 10);
        position = (size_t)(end - pack.bytes) + 1;
        if (pack.count == capacity) {
            capacity = capacity * 2 + 64;
            pack.starts = realloc(pack.starts, capacity * sizeof(size_t));
            pack.lengths = realloc(pack.lengths, capacity * sizeof(size_t));
        }
        pack.starts[pack.count] = position;
        pack.lengths[pack.count++] = length;
        pack.total += length;
        position += length;
    }
    return pack;
}

static void read_addresses(InternetAddressList *list, struct work *work)
{
    int count = list ? internet_address_list_length(list) : 0;
    for (int index = 0; index < count; index++) {
        InternetAddress *address = internet_address_list_get_address(list, index);
        const char *name = internet_address_get_name(address);
        if (name)
            work->header += strlen(name);
        if (INTERNET_ADDRESS_IS_MAILBOX(address))
            work->header += strlen(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)));
    }
}

static void read_header(GMimeMessage *message, struct work *work)
{
    const char *subject = g_mime_message_get_subject(message);
    if (subject)
        work->header += strlen(subject);
    for (int kind = 0; kind <= GMIME_ADDRESS_TYPE_BCC; kind++)
        read_addresses(g_mime_message_get_addresses(message, kind), work);
}

static void read_part(GMimeObject *object, struct work *work)
{
    if (GMIME_IS_TEXT_PART(object)) {
        char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(object));
        if (text)
            work->text += strlen(text);
        g_free(text);
    } else if (GMIME_IS_PART(object)) {
        g_mime_part_get_filename(GMIME_PART(object));
        GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(object));
        GMimeStream *sink = g_mime_stream_null_new();
        if (content)
            work->file += (unsigned long)g_mime_data_wrapper_write_to_stream(content, sink);
        g_object_unref(sink);
    }
}

static void read_message(const char *bytes, size_t length, struct work *work)
{
    GMimeStream *stream = g_mime_stream_mem_new();
    GByteArray array = {(guint8 *)bytes, (guint)length};
    g_mime_stream_mem_set_byte_array(GMIME_STREAM_MEM(stream), &array);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    if (message) {
        read_header(message, work);
        GMimePartIter *parts = g_mime_part_iter_new((GMimeObject *)message);
        do {
            GMimeObject *part = g_mime_part_iter_get_current(parts);
            if (part)
                read_part(part, work);
        } while (g_mime_part_iter_next(parts));
        g_mime_part_iter_free(parts);
        g_object_unref(message);
    }
    g_object_unref(parser);
    g_object_unref(stream);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int by_size(const void *left, const void *right)
{
    double difference = *(const double *)left - *(const double *)right;
    return difference < 0 ? -1 : difference > 0;
}

int main(int argc, char **argv)
{
    int runs = argc > 2 ? atoi(argv[1]) : 0;
    if (runs < 1) {
        fprintf(stderr, "usage: gmime-side RUNS PACK...\n");
        return 2;
    }
    g_mime_init();
    double *times = malloc((size_t)runs * sizeof(double));
    for (int argument = 2; argument < argc; argument++) {
        struct pack pack = read_pack(argv[argument]);
        struct work work;
        /* The first run warms up and is not counted. */
        for (int run = -1; run < runs; run++) {
            memset(&work, 0, sizeof(work));
            double start = now();
            for (size_t index = 0; index < pack.count; index++)
                read_message(pack.bytes + pack.starts[index], pack.lengths[index], &work);
            if (run >= 0)
                times[run] = now() - start;
        }
        qsort(times, (size_t)runs, sizeof(double), by_size);
        char *name = g_path_get_basename(argv[argument]);
        printf("%.*s %zu %zu %lu %lu %lu %.9f\n", (int)(strlen(name) - strlen(".pack")), name, pack.count, pack.total,
               work.header, work.text, work.file, times[runs / 2]);
        fflush(stdout);
        g_free(name);
        g_free(pack.bytes);
        free(pack.starts);
        free(pack.lengths);
    }
    free(times);
    g_mime_shutdown();
    return 0;
}
