/* A disk that keeps only what was synced: whatever was done to files and names since is remembered, newest first, and
 * can be taken back. */
#define _GNU_SOURCE
#include "faultline.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern bool fl_is_lazy;
extern unsigned long fl_torn;

enum change_kind { CHANGED_BYTES, CHANGED_SIZE, CREATED, CREATED_FOLDER, RENAMED, REMOVED };

struct change {
    struct change *older;
    enum change_kind kind;
    /* Of a file whose content changed. */
    dev_t device;
    ino_t inode;
    off_t at;
    off_t size;
    size_t count; /* of the old bytes */
    unsigned char *old;
    size_t written;
    /* Of a name; what a rename or a removal took away lies under `saved`, when there was something. */
    char path[PATH_MAX];
    char to[PATH_MAX];
    char saved[PATH_MAX];
};

static struct change *newest;

/* Write-ahead logs that were asked to be synced and were not. */
static ino_t owed[16];

static struct change *remember(enum change_kind kind, const char *path)
{
    struct change *change = calloc(1, sizeof *change);
    if (change == NULL) abort();
    change->kind = kind;
    change->older = newest;
    snprintf(change->path, sizeof change->path, "%s", path);
    newest = change;
    return change;
}

static void forget(struct change *change)
{
    if (change->saved[0] != '\0') syscall(SYS_unlinkat, AT_FDCWD, change->saved, 0);
    free(change->old);
    free(change);
}

/* MARK: Content */

/* Reads by the descriptor itself: closing another one of the same file would drop SQLite's locks on it. */
static unsigned char *content(int fd, const char *path, off_t at, size_t count, size_t *got)
{
    unsigned char *bytes = malloc(count > 0 ? count : 1);
    if (bytes == NULL) abort();
    ssize_t length = pread(fd, bytes, count, at);
    if (length < 0) {
        /* Opened only to be written; then it is no database. */
        int reading = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
        length = reading >= 0 ? pread(reading, bytes, count, at) : 0;
        if (reading >= 0) close(reading);
    }
    *got = length > 0 ? (size_t)length : 0;
    return bytes;
}

static void note_content(enum change_kind kind, int fd, const struct fl_target *file, off_t at, size_t count)
{
    int number = errno;
    struct change *change = remember(kind, file->path);
    change->device = file->device;
    change->inode = file->inode;
    change->at = at;
    change->size = file->size;
    change->written = count;
    size_t there = at < file->size ? (size_t)(file->size - at) : 0;
    change->old = content(fd, file->path, at, count < there ? count : there, &change->count);
    for (size_t index = 0; index < sizeof owed / sizeof *owed; index += 1)
        if (owed[index] == file->inode) owed[index] = 0;
    errno = number;
}

void fl_note_bytes(int fd, const struct fl_target *file, off_t at, size_t count)
{
    note_content(CHANGED_BYTES, fd, file, at, count);
}

void fl_note_size(int fd, const struct fl_target *file, off_t size)
{
    note_content(CHANGED_SIZE, fd, file, size, size < file->size ? (size_t)(file->size - size) : 0);
}

void fl_note_truncated(const char *path)
{
    int number = errno;
    struct stat status;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (fd >= 0 && fstat(fd, &status) == 0) {
        struct fl_target file = {
            .kind = FL_FILE, .device = status.st_dev, .inode = status.st_ino, .size = status.st_size};
        snprintf(file.path, sizeof file.path, "%s", path);
        fl_note_size(fd, &file, 0);
    }
    if (fd >= 0) close(fd);
    errno = number;
}

/* MARK: Names */

/* Keeps what is about to lose its name, beside the folder. */
static void save(struct change *change, const char *path)
{
    static unsigned number;
    struct stat status;
    if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode)) return;
    char folder[PATH_MAX - 32];
    snprintf(folder, sizeof folder, "%s.gone", getenv("FAULTLINE_FOLDER"));
    syscall(SYS_mkdirat, AT_FDCWD, folder, 0700);
    snprintf(change->saved, sizeof change->saved, "%s/%d-%u", folder, (int)getpid(), ++number);
    if (syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, change->saved, 0) != 0) change->saved[0] = '\0';
}

void fl_note_created(const char *path, bool is_folder)
{
    int number = errno;
    remember(is_folder ? CREATED_FOLDER : CREATED, path);
    errno = number;
}

void fl_note_renamed(const char *from, const char *to)
{
    int number = errno;
    struct change *change = remember(RENAMED, from);
    snprintf(change->to, sizeof change->to, "%s", to);
    save(change, to);
    errno = number;
}

void fl_note_removed(const char *path)
{
    int number = errno;
    save(remember(REMOVED, path), path);
    errno = number;
}

/* MARK: Syncing */

static bool is_in(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && path[length] == '/' && strchr(path + length + 1, '/') == NULL;
}

static bool is_settled(const struct change *change, const struct fl_target *target)
{
    switch (change->kind) {
    case CHANGED_BYTES:
    case CHANGED_SIZE:
        return target->kind == FL_FILE && change->inode == target->inode && change->device == target->device;
    case CREATED:
    case CREATED_FOLDER:
    case REMOVED:
        return target->kind == FL_FOLDER && is_in(change->path, target->path);
    case RENAMED:
        return target->kind == FL_FOLDER && is_in(change->to, target->path);
    }
    return false;
}

void fl_forget_synced(const struct fl_target *target)
{
    int number = errno;
    struct change **link = &newest;
    while (*link != NULL) {
        struct change *change = *link;
        if (is_settled(change, target)) {
            *link = change->older;
            forget(change);
        } else {
            link = &change->older;
        }
    }
    errno = number;
}

bool fl_swallows(const struct fl_target *file)
{
    size_t length = strlen(file->path);
    if (!fl_is_lazy || file->kind != FL_FILE || length < 4 || strcmp(file->path + length - 4, "-wal") != 0)
        return false;
    size_t count = sizeof owed / sizeof *owed;
    for (size_t index = 0; index < count; index += 1) {
        /* The second time, with nothing written in between, it is moved into the database. */
        if (owed[index] == file->inode) {
            owed[index] = 0;
            return false;
        }
    }
    for (size_t index = 0; index < count; index += 1) {
        if (owed[index] != 0) continue;
        owed[index] = file->inode;
        return true;
    }
    return false;
}

/* MARK: Power loss */

bool fl_is_synced(void)
{
    return newest == NULL;
}

static bool has_arrived(void)
{
    if (fl_torn == 0) return false;
    /* xorshift */
    fl_torn ^= fl_torn << 13;
    fl_torn ^= fl_torn >> 7;
    fl_torn ^= fl_torn << 17;
    return fl_torn & 1;
}

static void restore(const struct change *change)
{
    int fd = (int)syscall(SYS_openat, AT_FDCWD, change->path, O_WRONLY | O_CLOEXEC, 0);
    if (fd < 0) return;
    if (change->count > 0) (void)!syscall(SYS_pwrite64, fd, change->old, change->count, change->at);
    if (fl_torn == 0) {
        syscall(SYS_ftruncate, fd, change->size);
    } else if (change->kind == CHANGED_BYTES) {
        /* The file has grown, its new blocks were not filled. */
        static const unsigned char nothing[4096];
        for (size_t done = change->count; done < change->written;) {
            size_t part = change->written - done < sizeof nothing ? change->written - done : sizeof nothing;
            (void)!syscall(SYS_pwrite64, fd, nothing, part, change->at + (off_t)done);
            done += part;
        }
    }
    close(fd);
}

void fl_take_back(void)
{
    for (struct change *change = newest; change != NULL; change = change->older) {
        switch (change->kind) {
        case CHANGED_BYTES:
        case CHANGED_SIZE:
            if (!has_arrived()) restore(change);
            break;
        case CREATED:
            syscall(SYS_unlinkat, AT_FDCWD, change->path, 0);
            break;
        case CREATED_FOLDER:
            syscall(SYS_unlinkat, AT_FDCWD, change->path, AT_REMOVEDIR);
            break;
        case RENAMED:
            syscall(SYS_renameat2, AT_FDCWD, change->to, AT_FDCWD, change->path, 0);
            if (change->saved[0] != '\0') syscall(SYS_linkat, AT_FDCWD, change->saved, AT_FDCWD, change->to, 0);
            break;
        case REMOVED:
            if (change->saved[0] != '\0') syscall(SYS_linkat, AT_FDCWD, change->saved, AT_FDCWD, change->path, 0);
            break;
        }
    }
}
