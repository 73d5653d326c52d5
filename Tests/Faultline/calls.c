/* The calls that stand before the C library's. */
#define _GNU_SOURCE
#include "faultline.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

extern long fl_clock_offset;

/* The next function of this name, looked up once. */
#define NEXT(result, name, ...) \
    typedef result name##_function(__VA_ARGS__); \
    static name##_function *next; \
    if (next == NULL) next = (name##_function *)dlsym(RTLD_NEXT, #name)

static void enter(void) { pthread_mutex_lock(&fl_lock); }
static void leave(void)
{
    int number = errno;
    pthread_mutex_unlock(&fl_lock);
    errno = number;
}

/* MARK: Connections that lost their reply */

static ino_t deaf[64];
static size_t deaf_count;

static bool is_deaf(const struct fl_target *socket)
{
    for (size_t index = 0; index < deaf_count; index += 1)
        if (deaf[index] == socket->inode) return true;
    return false;
}

/* The other end has what was sent, and begins to answer; from then on the connection is dead for this end. */
static void lose_reply(int fd, const struct fl_target *socket)
{
    int number = errno;
    struct pollfd answer = {.fd = fd, .events = POLLIN};
    poll(&answer, 1, 2000);
    if (deaf_count < sizeof deaf / sizeof *deaf) deaf[deaf_count++] = socket->inode;
    shutdown(fd, SHUT_RD);
    errno = number;
}

/* MARK: Files that are written */

/* Where the next `write` goes. */
static off_t position(int fd, const struct fl_target *file)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && (flags & O_APPEND) != 0 ? file->size : lseek(fd, 0, SEEK_CUR);
}

/* Both kinds of descriptor are written by the same calls. True: the call is over, with an error. */
static bool begin_output(int fd, const struct fl_target *target, off_t at, size_t count, bool *loses)
{
    *loses = false;
    if (target->kind == FL_FILE) {
        fl_step(FL_WRITE, target);
        fl_note_bytes(fd, target, at < 0 ? position(fd, target) : at, count);
    } else if (target->kind == FL_SOCKET) {
        if (is_deaf(target)) {
            errno = EPIPE;
            return true;
        }
        *loses = fl_step(FL_SEND, target);
    }
    return false;
}

/* `count` is how much, `call` does it. */
#define OUTPUT(fd, at, count, call) \
    if (!fl_is_on()) return call; \
    struct fl_target target = fl_look(fd); \
    if (target.kind != FL_FILE && target.kind != FL_SOCKET) return call; \
    enter(); \
    bool loses; \
    ssize_t result = -1; \
    if (!begin_output(fd, &target, at, count, &loses)) { \
        result = call; \
        if (loses) lose_reply(fd, &target); \
    } \
    leave(); \
    return result

ssize_t write(int fd, const void *bytes, size_t count)
{
    NEXT(ssize_t, write, int, const void *, size_t);
    OUTPUT(fd, -1, count, next(fd, bytes, count));
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at)
{
    NEXT(ssize_t, pwrite, int, const void *, size_t, off_t);
    OUTPUT(fd, at, count, next(fd, bytes, count, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at)
{
    NEXT(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    OUTPUT(fd, at, count, next(fd, bytes, count, at));
}

static size_t total(const struct iovec *parts, int count)
{
    size_t sum = 0;
    for (int index = 0; index < count; index += 1) sum += parts[index].iov_len;
    return sum;
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    NEXT(ssize_t, writev, int, const struct iovec *, int);
    OUTPUT(fd, -1, total(parts, count), next(fd, parts, count));
}

ssize_t send(int fd, const void *bytes, size_t count, int flags)
{
    NEXT(ssize_t, send, int, const void *, size_t, int);
    OUTPUT(fd, -1, count, next(fd, bytes, count, flags));
}

ssize_t sendto(int fd, const void *bytes, size_t count, int flags, const struct sockaddr *to, socklen_t length)
{
    NEXT(ssize_t, sendto, int, const void *, size_t, int, const struct sockaddr *, socklen_t);
    OUTPUT(fd, -1, count, next(fd, bytes, count, flags, to, length));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    NEXT(ssize_t, sendmsg, int, const struct msghdr *, int);
    OUTPUT(fd, -1, total(message->msg_iov, (int)message->msg_iovlen), next(fd, message, flags));
}

#define RESIZE(fd, size, call) \
    if (!fl_is_on()) return call; \
    struct fl_target target = fl_look(fd); \
    if (target.kind != FL_FILE) return call; \
    enter(); \
    fl_step(FL_RESIZE, &target); \
    fl_note_size(fd, &target, size); \
    int result = call; \
    leave(); \
    return result

int ftruncate(int fd, off_t size)
{
    NEXT(int, ftruncate, int, off_t);
    RESIZE(fd, size, next(fd, size));
}

int ftruncate64(int fd, off64_t size)
{
    NEXT(int, ftruncate64, int, off64_t);
    RESIZE(fd, size, next(fd, size));
}

#define SYNC(fd, call) \
    if (!fl_is_on()) return call; \
    struct fl_target target = fl_look(fd); \
    if (target.kind != FL_FILE && target.kind != FL_FOLDER) return call; \
    enter(); \
    fl_step(FL_SYNC, &target); \
    int result = 0; \
    if (!fl_swallows(&target)) { \
        result = call; \
        if (result == 0) fl_forget_synced(&target); \
    } \
    leave(); \
    return result

int fsync(int fd)
{
    NEXT(int, fsync, int);
    SYNC(fd, next(fd));
}

int fdatasync(int fd)
{
    NEXT(int, fdatasync, int);
    SYNC(fd, next(fd));
}

/* MARK: Names */

static struct fl_target named(const char *path)
{
    struct fl_target target = {.kind = FL_FILE};
    snprintf(target.path, sizeof target.path, "%s", path);
    return target;
}

#define OPEN(path, flags, call) \
    if (!fl_is_on() || ((flags) & (O_CREAT | O_TRUNC)) == 0 || !fl_is_kept(path)) return call; \
    enter(); \
    struct stat status; \
    bool is_new = lstat(path, &status) != 0; \
    if (is_new && ((flags) & O_CREAT) != 0) { \
        struct fl_target target = named(path); \
        fl_step(FL_CREATE, &target); \
    } else if (!is_new && ((flags) & O_TRUNC) != 0 && status.st_size > 0) { \
        struct fl_target target = named(path); \
        fl_step(FL_RESIZE, &target); \
        fl_note_truncated(path); \
    } \
    int result = call; \
    if (is_new && result >= 0) fl_note_created(path, false); \
    leave(); \
    return result

#define MODE(flags) \
    mode_t mode = 0; \
    if (((flags) & (O_CREAT | __O_TMPFILE)) != 0) { \
        va_list list; \
        va_start(list, flags); \
        mode = va_arg(list, mode_t); \
        va_end(list); \
    }

int open(const char *path, int flags, ...)
{
    NEXT(int, open, const char *, int, ...);
    MODE(flags)
    OPEN(path, flags, next(path, flags, mode));
}

int open64(const char *path, int flags, ...)
{
    NEXT(int, open64, const char *, int, ...);
    MODE(flags)
    OPEN(path, flags, next(path, flags, mode));
}

int mkdir(const char *path, mode_t mode)
{
    NEXT(int, mkdir, const char *, mode_t);
    if (!fl_is_on() || !fl_is_kept(path)) return next(path, mode);
    enter();
    struct fl_target target = named(path);
    fl_step(FL_CREATE, &target);
    int result = next(path, mode);
    if (result == 0) fl_note_created(path, true);
    leave();
    return result;
}

int rename(const char *from, const char *to)
{
    NEXT(int, rename, const char *, const char *);
    if (!fl_is_on() || !fl_is_kept(to)) return next(from, to);
    enter();
    struct fl_target target = named(to);
    fl_step(FL_RENAME, &target);
    fl_note_renamed(from, to);
    int result = next(from, to);
    leave();
    return result;
}

int unlink(const char *path)
{
    NEXT(int, unlink, const char *);
    if (!fl_is_on() || !fl_is_kept(path) || access(path, F_OK) != 0) return next(path);
    enter();
    struct fl_target target = named(path);
    fl_step(FL_REMOVE, &target);
    fl_note_removed(path);
    int result = next(path);
    leave();
    return result;
}

/* MARK: What comes in */

/* It has come, and the program has not seen it yet. */
#define INPUT(fd, call) \
    if (!fl_is_on()) return call; \
    struct fl_target target = fl_look(fd); \
    if (target.kind != FL_SOCKET) return call; \
    enter(); \
    ssize_t result = 0; \
    if (!is_deaf(&target)) { \
        result = call; \
        if (result >= 0) fl_step(FL_RECEIVE, &target); \
    } \
    leave(); \
    return result

ssize_t read(int fd, void *bytes, size_t count)
{
    NEXT(ssize_t, read, int, void *, size_t);
    INPUT(fd, next(fd, bytes, count));
}

ssize_t readv(int fd, const struct iovec *parts, int count)
{
    NEXT(ssize_t, readv, int, const struct iovec *, int);
    INPUT(fd, next(fd, parts, count));
}

ssize_t recv(int fd, void *bytes, size_t count, int flags)
{
    NEXT(ssize_t, recv, int, void *, size_t, int);
    INPUT(fd, next(fd, bytes, count, flags));
}

ssize_t recvfrom(int fd, void *bytes, size_t count, int flags, struct sockaddr *from, socklen_t *length)
{
    NEXT(ssize_t, recvfrom, int, void *, size_t, int, struct sockaddr *, socklen_t *);
    INPUT(fd, next(fd, bytes, count, flags, from, length));
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    NEXT(ssize_t, recvmsg, int, struct msghdr *, int);
    INPUT(fd, next(fd, message, flags));
}

/* MARK: The time of day */

int clock_gettime(clockid_t clock, struct timespec *now)
{
    NEXT(int, clock_gettime, clockid_t, struct timespec *);
    int result = next(clock, now);
    if (result == 0 && clock == CLOCK_REALTIME) now->tv_sec += fl_clock_offset;
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    NEXT(int, gettimeofday, struct timeval *restrict, void *restrict);
    int result = next(now, zone);
    if (result == 0) now->tv_sec += fl_clock_offset;
    return result;
}

time_t time(time_t *at)
{
    NEXT(time_t, time, time_t *);
    time_t now = next(NULL) + fl_clock_offset;
    if (at != NULL) *at = now;
    return now;
}
