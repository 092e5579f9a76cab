/* Makes time pass faster for one library of a process, and for nothing else in it.
 *
 * Loaded by LD_PRELOAD, it comes before the C library. Where a call comes from the library whose
 * path ends with HURRY_LIBRARY, clocks run HURRY_SPEED times as fast (the wall clock since
 * HURRY_ORIGIN, in nanoseconds since 1970), and waits are as much shorter. So a check that was
 * built for release, with all its seconds and minutes, runs in an Agent that is as much faster. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/futex.h>
#include <link.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

static unsigned long begin, end;
static long long speed = 1, origin;

static int find(struct dl_phdr_info *library, size_t size, void *name) {
    (void)size;
    size_t length = strlen(library->dlpi_name), wanted = strlen(name);
    if (length < wanted || strcmp(library->dlpi_name + length - wanted, name)) return 0;
    for (int i = 0; i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &library->dlpi_phdr[i];
        if (part->p_type == PT_LOAD && part->p_flags & PF_X) {
            begin = library->dlpi_addr + part->p_vaddr;
            __atomic_store_n(&end, begin + part->p_memsz, __ATOMIC_RELEASE);
        }
    }
    return 1;
}

/* Found once it is loaded; until then every call looks for it. */
static int hurried(void *caller) {
    unsigned long last = __atomic_load_n(&end, __ATOMIC_ACQUIRE);
    if (!last) {
        const char *name = getenv("HURRY_LIBRARY");
        if (!name) return 0;
        if (getenv("HURRY_SPEED")) speed = atoll(getenv("HURRY_SPEED"));
        if (getenv("HURRY_ORIGIN")) origin = atoll(getenv("HURRY_ORIGIN"));
        dl_iterate_phdr(find, (void *)name);
        last = end;
    }
    return (unsigned long)caller >= begin && (unsigned long)caller < last;
}

#define CALLER __builtin_return_address(0)
#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static long long nanoseconds(const struct timespec *time) {
    return time->tv_sec * SECOND + time->tv_nsec;
}

static struct timespec written(long long nanoseconds) {
    struct timespec time = {nanoseconds / SECOND, nanoseconds % SECOND};
    return time;
}

/* Never nought, which would be no wait at all. */
static struct timespec shorter(const struct timespec *time) {
    return written((nanoseconds(time) + speed - 1) / speed);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    REAL(clock_gettime);
    int result = real(clock, time);
    if (result || !hurried(CALLER)) return result;
    if (clock == CLOCK_REALTIME)
        *time = written(origin + (nanoseconds(time) - origin) * speed);
    else if (clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME)
        *time = written(nanoseconds(time) * speed);
    return 0;
}

int nanosleep(const struct timespec *span, struct timespec *left) {
    REAL(nanosleep);
    if (!hurried(CALLER)) return real(span, left);
    struct timespec less = shorter(span), more;
    int result = real(&less, &more);
    if (result && left) *left = written(nanoseconds(&more) * speed);
    return result;
}

/* A span and a moment of the clock that never steps are shortened alike. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left) {
    REAL(clock_nanosleep);
    if (!hurried(CALLER)) return real(clock, flags, time, left);
    struct timespec less = shorter(time), more;
    int result = real(clock, flags, &less, &more);
    if (result && left && !(flags & TIMER_ABSTIME)) *left = written(nanoseconds(&more) * speed);
    return result;
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int milliseconds) {
    REAL(epoll_wait);
    if (milliseconds > 0 && hurried(CALLER))
        milliseconds = (milliseconds + speed - 1) / speed;
    return real(epoll, events, most, milliseconds);
}

/* How Rust waits for a lock, a condition or a message. */
long syscall(long number, ...) {
    REAL(syscall);
    long given[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++) given[i] = va_arg(list, long);
    va_end(list);
    struct timespec less;
    int what = (int)given[1] & FUTEX_CMD_MASK;
    if (number == SYS_futex && (what == FUTEX_WAIT || what == FUTEX_WAIT_BITSET) && given[3] &&
        hurried(CALLER)) {
        less = shorter((const struct timespec *)given[3]);
        given[3] = (long)&less;
    }
    return real(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}
