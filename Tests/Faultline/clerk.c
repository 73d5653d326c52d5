/* Does to files what its arguments say, one after the other; every one of them has to succeed.
 *
 *   append:FILE:TEXT  write:FILE:AT:TEXT  cut:FILE:SIZE  sync:PATH  create:FILE  rename:FROM:TO  remove:FILE
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int change(char *const words[4])
{
    const char *deed = words[0], *path = words[1];
    if (strcmp(deed, "rename") == 0) return rename(path, words[2]);
    if (strcmp(deed, "remove") == 0) return unlink(path);
    int flags = strcmp(deed, "create") == 0 ? O_RDWR | O_CREAT | O_EXCL
        : strcmp(deed, "append") == 0       ? O_RDWR | O_APPEND
        : strcmp(deed, "sync") == 0         ? O_RDONLY
                                            : O_RDWR;
    int fd = open(path, flags, 0600);
    if (fd < 0) return -1;
    int result = 0;
    if (strcmp(deed, "append") == 0) {
        result = write(fd, words[2], strlen(words[2])) < 0 ? -1 : 0;
    } else if (strcmp(deed, "write") == 0) {
        result = pwrite(fd, words[3], strlen(words[3]), atol(words[2])) < 0 ? -1 : 0;
    } else if (strcmp(deed, "cut") == 0) {
        result = ftruncate(fd, atol(words[2]));
    } else if (strcmp(deed, "sync") == 0) {
        result = fsync(fd);
    }
    close(fd);
    return result;
}

int main(int count, char *arguments[])
{
    for (int index = 1; index < count; index += 1) {
        char *words[4] = {"", "", "", ""};
        char *rest = arguments[index];
        for (int word = 0; word < 4 && rest != NULL; word += 1) words[word] = strsep(&rest, ":");
        if (change(words) != 0) {
            perror(arguments[index]);
            return 1;
        }
    }
    return 0;
}
