/* What the parts of the fault line share. One lock is held around every counted call: the order in which steps are
 * counted is the order in which they happen. */
#ifndef FAULTLINE_H
#define FAULTLINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum fl_deed { FL_WRITE, FL_RESIZE, FL_SYNC, FL_CREATE, FL_RENAME, FL_REMOVE, FL_SEND, FL_RECEIVE };
enum fl_break { FL_NOTHING, FL_KILL, FL_POWER, FL_LOSE_REPLY };

/* What stands behind a descriptor, as far as it concerns us. */
enum fl_kind { FL_OTHER, FL_FILE, FL_FOLDER, FL_SOCKET };

struct fl_target {
    enum fl_kind kind;
    dev_t device;
    ino_t inode;
    off_t size;
    char path[4096]; /* of a file or a folder */
    int port;        /* of a socket's other end */
};

extern pthread_mutex_t fl_lock;

/* False in a child between fork and exec, and where nothing was asked for. */
bool fl_is_on(void);

struct fl_target fl_look(int fd);
/* Whether a path leads to something that is to survive; `-shm`, which SQLite builds anew, the lock and sockets are not. */
bool fl_is_kept(const char *path);

/* Counts one step, before it happens; the process ends here when it is the one. True: the reply is to be lost. */
bool fl_step(enum fl_deed deed, const struct fl_target *target);

/* The disk: what is done to it until it is synced, and taking that back. */
void fl_note_bytes(int fd, const struct fl_target *file, off_t at, size_t count);
void fl_note_size(int fd, const struct fl_target *file, off_t size);
void fl_note_truncated(const char *path);
void fl_note_created(const char *path, bool is_folder);
/* Before it happens, so that what goes away can be kept. */
void fl_note_renamed(const char *from, const char *to);
void fl_note_removed(const char *path);
void fl_forget_synced(const struct fl_target *target);
/* True when a lying disk says yes and does nothing. */
bool fl_swallows(const struct fl_target *file);
/* Whether a power loss now would take nothing. */
bool fl_is_synced(void);
void fl_take_back(void);

#endif
