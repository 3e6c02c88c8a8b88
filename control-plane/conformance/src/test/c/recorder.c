/*
 * A recorder for power-cut tests, loaded with LD_PRELOAD: every change that the process makes to files below
 * $POWER_UNDER is carried out and written, in order, to the file $POWER_LOG. The test then builds what a disk may hold
 * after a power cut at any point: everything synced, and any part of what was not.
 *
 * One record: a line "OP <tab> path <tab> second <tab> offset <tab> length", then `length` bytes.
 *   C create  W write  T truncate  S sync (file or folder)  R rename to second  L link to second  U unlink
 *   M make folder  D remove folder
 * A lock is held around each call and its record, so the order of records is the order of effects.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 4096
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *tracked[FDS];
static const char *under;
static size_t underLength;
static int logFd = -1;

__attribute__((constructor)) static void start(void) {
    const char *log = getenv("POWER_LOG");
    under = getenv("POWER_UNDER");
    if (log == NULL || under == NULL) return;
    underLength = strlen(under);
    logFd = (int) syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int inside(const char *path) {
    return logFd >= 0 && strncmp(path, under, underLength) == 0
        && (path[underLength] == '/' || path[underLength] == 0);
}

static void all(const void *data, size_t length) {
    const char *at = data;
    while (length > 0) {
        ssize_t n = syscall(SYS_write, logFd, at, length);
        if (n <= 0) abort();
        at += n;
        length -= (size_t) n;
    }
}

static void record(char op, const char *path, const char *second, off64_t offset, const void *data, size_t length) {
    char head[2 * PATH_MAX + 80];
    int saved = errno;
    int n = snprintf(head, sizeof head, "%c\t%s\t%s\t%lld\t%zu\n", op, path, second, (long long) offset, length);
    all(head, (size_t) n);
    if (length > 0) all(data, length);
    errno = saved;
}

static const char *pathOf(int fd) {
    return fd >= 0 && fd < FDS ? tracked[fd] : NULL;
}

/* Absolute form of a path that a call names. */
static const char *named(int folder, const char *path, char *buffer) {
    if (path == NULL) return "";
    if (path[0] == '/') return path;
    char link[64];
    char base[PATH_MAX];
    if (folder == AT_FDCWD) {
        if (getcwd(base, sizeof base) == NULL) return "";
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t n = readlink(link, base, sizeof base - 1);
        if (n < 0) return "";
        base[n] = 0;
    }
    if (snprintf(buffer, PATH_MAX, "%s/%s", base, path) >= PATH_MAX) return "";
    return buffer;
}


static int opened(int folder, const char *given, int flags, mode_t mode) {
    char buffer[PATH_MAX];
    const char *path = named(folder, given, buffer);
    if (!inside(path)) return (int) syscall(SYS_openat, folder, given, flags, mode);
    pthread_mutex_lock(&lock);
    struct stat before;
    int was = stat(path, &before) == 0;
    int fd = (int) syscall(SYS_openat, folder, given, flags, mode);
    if (fd >= 0) {
        if (!was) record('C', path, "", 0, NULL, 0);
        if (was && (flags & O_TRUNC) != 0 && before.st_size > 0) record('T', path, "", 0, NULL, 0);
        if (fd < FDS) {
            free(tracked[fd]);
            tracked[fd] = strdup(path);
        } else {
            abort();
        }
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

static mode_t modeIn(int flags, va_list list) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        va_list list; \
        va_start(list, flags); \
        mode_t mode = modeIn(flags, list); \
        va_end(list); \
        return opened(AT_FDCWD, path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
#define OPENAT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        va_list list; \
        va_start(list, flags); \
        mode_t mode = modeIn(flags, list); \
        va_end(list); \
        return opened(folder, path, flags, mode); \
    }
OPENAT(openat)
OPENAT(openat64)

int close(int fd) {
    if (pathOf(fd) != NULL) {
        pthread_mutex_lock(&lock);
        free(tracked[fd]);
        tracked[fd] = NULL;
        pthread_mutex_unlock(&lock);
    }
    return (int) syscall(SYS_close, fd);
}

static ssize_t written(int fd, const void *data, size_t length, off64_t offset, int positioned) {
    const char *path = pathOf(fd);
    if (path == NULL) {
        return positioned ? syscall(SYS_pwrite64, fd, data, length, offset) : syscall(SYS_write, fd, data, length);
    }
    pthread_mutex_lock(&lock);
    if (!positioned) {
        struct stat now;
        int flags = fcntl(fd, F_GETFL);
        offset = (flags & O_APPEND) != 0 && fstat(fd, &now) == 0 ? now.st_size : lseek64(fd, 0, SEEK_CUR);
    }
    ssize_t n = positioned ? syscall(SYS_pwrite64, fd, data, length, offset) : syscall(SYS_write, fd, data, length);
    if (n > 0) record('W', path, "", offset, data, (size_t) n);
    pthread_mutex_unlock(&lock);
    return n;
}

ssize_t write(int fd, const void *data, size_t length) {
    return written(fd, data, length, 0, 0);
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    return written(fd, data, length, offset, 1);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
    return written(fd, data, length, offset, 1);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    if (pathOf(fd) == NULL) return syscall(SYS_writev, fd, parts, count);
    ssize_t sum = 0;
    for (int i = 0; i < count; i++) {
        ssize_t n = written(fd, parts[i].iov_base, parts[i].iov_len, 0, 0);
        if (n < 0) return sum > 0 ? sum : n;
        sum += n;
        if ((size_t) n < parts[i].iov_len) break;
    }
    return sum;
}

/* Copies inside the kernel are refused; callers then copy by hand. */
ssize_t copy_file_range(int in, off64_t *inAt, int out, off64_t *outAt, size_t length, unsigned int flags) {
    if (pathOf(out) == NULL) return syscall(SYS_copy_file_range, in, inAt, out, outAt, length, flags);
    errno = ENOSYS;
    return -1;
}
ssize_t sendfile64(int out, int in, off64_t *offset, size_t count) {
    if (pathOf(out) == NULL) return syscall(SYS_sendfile, out, in, offset, count);
    errno = EINVAL;
    return -1;
}
ssize_t sendfile(int out, int in, off_t *offset, size_t count) {
    return sendfile64(out, in, offset, count);
}

static int truncated(int fd, off64_t length) {
    const char *path = pathOf(fd);
    if (path == NULL) return (int) syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&lock);
    int result = (int) syscall(SYS_ftruncate, fd, length);
    if (result == 0) record('T', path, "", length, NULL, 0);
    pthread_mutex_unlock(&lock);
    return result;
}
int ftruncate(int fd, off_t length) {
    return truncated(fd, length);
}
int ftruncate64(int fd, off64_t length) {
    return truncated(fd, length);
}
int fallocate(int fd, int mode, off_t offset, off_t length) {
    if (pathOf(fd) == NULL) return (int) syscall(SYS_fallocate, fd, mode, offset, length);
    errno = EOPNOTSUPP;
    return -1;
}
int fallocate64(int fd, int mode, off64_t offset, off64_t length) {
    return fallocate(fd, mode, offset, length);
}

static int synced(int fd, long call) {
    const char *path = pathOf(fd);
    if (path == NULL) return (int) syscall(call, fd);
    /* The real disk need not wait: the test decides what it lost. */
    pthread_mutex_lock(&lock);
    record('S', path, "", 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return 0;
}
int fsync(int fd) {
    return synced(fd, SYS_fsync);
}
int fdatasync(int fd) {
    return synced(fd, SYS_fdatasync);
}

static int pair(char op, int fromFolder, const char *from, int toFolder, const char *to, int flags) {
    char a[PATH_MAX];
    char b[PATH_MAX];
    const char *first = named(fromFolder, from, a);
    const char *second = named(toFolder, to, b);
    pthread_mutex_lock(&lock);
    int result = op == 'R'
        ? (int) syscall(SYS_renameat2, fromFolder, from, toFolder, to, flags)
        : (int) syscall(SYS_linkat, fromFolder, from, toFolder, to, flags);
    if (result == 0 && (inside(first) || inside(second))) record(op, first, second, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return result;
}
int rename(const char *from, const char *to) {
    return pair('R', AT_FDCWD, from, AT_FDCWD, to, 0);
}
int renameat(int a, const char *from, int b, const char *to) {
    return pair('R', a, from, b, to, 0);
}
int link(const char *from, const char *to) {
    return pair('L', AT_FDCWD, from, AT_FDCWD, to, 0);
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
    return pair('L', a, from, b, to, flags);
}

static int removed(int folder, const char *given, int flags) {
    char buffer[PATH_MAX];
    const char *path = named(folder, given, buffer);
    pthread_mutex_lock(&lock);
    int result = (int) syscall(SYS_unlinkat, folder, given, flags);
    if (result == 0 && inside(path)) record((flags & AT_REMOVEDIR) != 0 ? 'D' : 'U', path, "", 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return result;
}
int unlink(const char *path) {
    return removed(AT_FDCWD, path, 0);
}
int unlinkat(int folder, const char *path, int flags) {
    return removed(folder, path, flags);
}
int rmdir(const char *path) {
    return removed(AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdirat(int folder, const char *given, mode_t mode) {
    char buffer[PATH_MAX];
    const char *path = named(folder, given, buffer);
    pthread_mutex_lock(&lock);
    int result = (int) syscall(SYS_mkdirat, folder, given, mode);
    if (result == 0 && inside(path)) record('M', path, "", 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return result;
}
int mkdir(const char *path, mode_t mode) {
    return mkdirat(AT_FDCWD, path, mode);
}
