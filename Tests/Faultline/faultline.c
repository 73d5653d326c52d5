/* A library that is loaded before all others into one process and breaks it at a step that was asked for.
 *
 * A step is a call that changes a file below a folder, makes such a change durable, or sends to or receives from certain
 * ports of 127.0.0.1. Of a run of writes to one file the first two count: whatever happens after the second and before
 * what comes next leaves the same behind.
 *
 *   FAULTLINE_FOLDER   the folder that counts
 *   FAULTLINE_PORTS    the ports that count, separated by commas
 *   FAULTLINE_REPORT   a file that gets a line for each step, and `broken` at the one that was asked for
 *   FAULTLINE_BREAK    kill:N or power:N, before step N; lose-reply:N, of the Nth thing sent; left out: only counting
 *   FAULTLINE_TORN     a seed: when the power goes, of the writes not yet synced some have arrived
 *   FAULTLINE_LAZY     set: a write-ahead log is synced only when it is moved into the database, which is what SQLite
 *                      does with `synchronous = NORMAL`
 *   FAULTLINE_CLOCK    seconds to be added to the time of day
 */
#define _GNU_SOURCE
#include "faultline.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

pthread_mutex_t fl_lock = PTHREAD_MUTEX_INITIALIZER;

static struct {
    pid_t process;
    char folder[PATH_MAX];
    int ports[16];
    int port_count;
    int report;
    enum fl_break how;
    long at;
    long count;
    long sent;
    /* The file written to last, and how often without anything else in between. */
    ino_t running_file;
    int run;
} fl = {.report = -1};

long fl_clock_offset;
bool fl_is_lazy;
unsigned long fl_torn;

static const char *fl_setting(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static void fl_read_break(const char *text)
{
    static const struct { const char *name; enum fl_break how; } ways[] = {
        {"kill:", FL_KILL}, {"power:", FL_POWER}, {"lose-reply:", FL_LOSE_REPLY},
    };
    for (size_t index = 0; index < sizeof ways / sizeof *ways; index += 1) {
        size_t length = strlen(ways[index].name);
        if (strncmp(text, ways[index].name, length) != 0) continue;
        fl.how = ways[index].how;
        fl.at = atol(text + length);
    }
}

__attribute__((constructor)) static void fl_begin(void)
{
    const char *folder = fl_setting("FAULTLINE_FOLDER");
    const char *ports = fl_setting("FAULTLINE_PORTS");
    const char *report = fl_setting("FAULTLINE_REPORT");
    const char *way = fl_setting("FAULTLINE_BREAK");
    const char *torn = fl_setting("FAULTLINE_TORN");
    const char *offset = fl_setting("FAULTLINE_CLOCK");
    if (offset != NULL) fl_clock_offset = atol(offset);
    if (torn != NULL) fl_torn = strtoul(torn, NULL, 10);
    fl_is_lazy = fl_setting("FAULTLINE_LAZY") != NULL;
    /* Programs that it starts are none of our business. */
    unsetenv("LD_PRELOAD");
    if (folder == NULL || report == NULL) return;
    snprintf(fl.folder, sizeof fl.folder, "%s", folder);
    while (ports != NULL && *ports != '\0' && fl.port_count < 16) {
        char *end;
        fl.ports[fl.port_count++] = (int)strtol(ports, &end, 10);
        ports = *end == ',' ? end + 1 : NULL;
    }
    if (way != NULL) fl_read_break(way);
    fl.report = (int)syscall(SYS_openat, AT_FDCWD, report, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    fl.process = getpid();
}

bool fl_is_on(void) { return fl.process != 0 && fl.process == getpid(); }

/* MARK: What is behind a descriptor */

bool fl_is_kept(const char *path)
{
    size_t length = strlen(fl.folder);
    if (length == 0 || strncmp(path, fl.folder, length) != 0) return false;
    if (path[length] != '\0' && path[length] != '/') return false;
    const char *name = strrchr(path, '/');
    name = name == NULL ? path : name + 1;
    size_t end = strlen(name);
    if (end >= 4 && strcmp(name + end - 4, "-shm") == 0) return false;
    return strcmp(name, "lock") != 0 && strcmp(name, "control.sock") != 0;
}

static int fl_peer(int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getpeername(fd, (struct sockaddr *)&address, &length) != 0) return 0;
    if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return 0;
}

struct fl_target fl_look(int fd)
{
    struct fl_target target = {.kind = FL_OTHER};
    struct stat status;
    int number = errno;
    if (fstat(fd, &status) == 0) {
        target.device = status.st_dev;
        target.inode = status.st_ino;
        target.size = status.st_size;
        if (S_ISSOCK(status.st_mode)) {
            target.port = fl_peer(fd);
            for (int index = 0; index < fl.port_count; index += 1)
                if (fl.ports[index] == target.port) target.kind = FL_SOCKET;
        } else if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            ssize_t length = readlink(link, target.path, sizeof target.path - 1);
            target.path[length > 0 ? length : 0] = '\0';
            if (status.st_nlink > 0 && fl_is_kept(target.path))
                target.kind = S_ISDIR(status.st_mode) ? FL_FOLDER : FL_FILE;
        }
    }
    errno = number;
    return target;
}

/* MARK: Steps */

static const char *const fl_names[] = {"write", "resize", "sync", "create", "rename", "remove", "send", "receive"};

static void fl_report(const char *text)
{
    /* Past our own `write`. */
    if (fl.report >= 0) (void)!syscall(SYS_write, fl.report, text, strlen(text));
}

static void __attribute__((noreturn)) fl_die(void)
{
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

bool fl_step(enum fl_deed deed, const struct fl_target *target)
{
    int number = errno;
    bool is_write = deed == FL_WRITE;
    fl.run = is_write && fl.running_file == target->inode ? fl.run + 1 : 1;
    fl.running_file = is_write ? target->inode : 0;
    if (is_write && fl.run > 2) return false;
    fl.count += 1;
    char line[256];
    const char *name = strrchr(target->path, '/');
    const char *disk = fl_is_synced() ? "synced" : "unsynced";
    if (target->kind == FL_SOCKET)
        snprintf(line, sizeof line, "%ld %s %s %d\n", fl.count, fl_names[deed], disk, target->port);
    else
        snprintf(line, sizeof line, "%ld %s %s %s\n", fl.count, fl_names[deed], disk, name == NULL ? "" : name + 1);
    fl_report(line);
    errno = number;
    if (deed == FL_SEND) fl.sent += 1;
    /* Only what was sent has a reply. */
    bool is_it = fl.how == FL_LOSE_REPLY ? deed == FL_SEND && fl.sent == fl.at : fl.count == fl.at;
    if (fl.how == FL_NOTHING || !is_it) return false;
    fl_report("broken\n");
    if (fl.how == FL_LOSE_REPLY) return true;
    if (fl.how == FL_POWER) fl_take_back();
    fl_die();
}
