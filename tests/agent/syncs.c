/* Notes what a process syncs, so that a power cut can be imitated that takes only what was not.
 *
 * Loaded by LD_PRELOAD, it comes before the C library's fsync and fdatasync, which everything
 * calls: Python, Rust, C. For each file that was synced it appends a line to the file `journal` in
 * the folder named by STAND_IN_SYNCS: time, inode, size and path. Of a file of at most 4 MiB
 * that is no integration log, it also keeps a copy, by its inode, of what is then on the disk.
 * The line is written after the sync has returned: what is noted is certain. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LARGEST_COPY (4 << 20)

typedef int (*sync_function)(int);

static int path_of(int file, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = 0;
    return length > 0;
}

/* Copies by another descriptor: the position of the one that is synced is not ours to move. */
static int copy(const char *from, const char *to) {
    char block[1 << 16];
    ssize_t count = -1;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (in >= 0 && out >= 0)
        while ((count = read(in, block, sizeof block)) > 0)
            if (write(out, block, count) != count) {
                count = -1;
                break;
            }
    if (in >= 0) close(in);
    if (out >= 0) close(out);
    return count == 0;
}

static int noted(int file, const char *name) {
    sync_function real = (sync_function)dlsym(RTLD_NEXT, name);
    const char *folder = getenv("STAND_IN_SYNCS");
    char path[PATH_MAX], line[PATH_MAX + 128], unfinished[PATH_MAX], kept[PATH_MAX];
    struct stat before;
    struct timespec now;
    int copied = 0;
    if (!folder || fstat(file, &before) || !S_ISREG(before.st_mode) || !path_of(file, path))
        return real(file);
    snprintf(unfinished, sizeof unfinished, "%s/unfinished.%d.%d", folder, getpid(), gettid());
    snprintf(kept, sizeof kept, "%s/%llu", folder, (unsigned long long)before.st_ino);
    if (before.st_size <= LARGEST_COPY && !strstr(path, "/integrations/"))
        copied = copy(path, unfinished);
    int result = real(file);
    int error = errno;
    if (result == 0) {
        if (copied) rename(unfinished, kept);
        clock_gettime(CLOCK_REALTIME, &now);
        int length = snprintf(line, sizeof line, "%lld %llu %lld %s\n",
                              now.tv_sec * 1000000000LL + now.tv_nsec,
                              (unsigned long long)before.st_ino, (long long)before.st_size, path);
        snprintf(kept, sizeof kept, "%s/journal", folder);
        int journal = open(kept, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (journal >= 0) {
            if (write(journal, line, length) != length) abort();
            close(journal);
        }
    }
    errno = error;
    return result;
}

int fsync(int file) { return noted(file, "fsync"); }
int fdatasync(int file) { return noted(file, "fdatasync"); }
