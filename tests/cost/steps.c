/* Counts the instructions that a command takes from one line of its output to another.
 *
 *     steps FROM TO FILE COMMAND...
 *
 * COMMAND writes to FILE. Once FROM lines are there its main thread goes on one instruction at a
 * time, until TO lines are there; the number of steps is printed, and the command is ended. What
 * comes before FROM runs at full speed, and so does every other thread.
 *
 * Ends with 3 where ptrace is forbidden, and with 4 where the output ended too early. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define FORBIDDEN 3
#define ENDED_EARLY 4

static void fail(const char *what) {
    fprintf(stderr, "steps: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void become(char **command, int output) {
    if (ptrace(PTRACE_TRACEME, 0, 0, 0)) {
        perror("steps: ptrace");
        _exit(FORBIDDEN);
    }
    if (dup2(output, STDOUT_FILENO) >= 0) execvp(command[0], command);
    perror(command[0]);
    _exit(1);
}

/* Lines that were written since the last look. */
static long more_lines(int file, off_t *seen) {
    char block[1 << 14];
    long lines = 0;
    ssize_t count;
    while ((count = pread(file, block, sizeof block, *seen)) > 0) {
        for (ssize_t at = 0; at < count; at++) lines += block[at] == '\n';
        *seen += count;
    }
    if (count < 0) fail("the output cannot be read");
    return lines;
}

int main(int count, char **given) {
    if (count < 5) {
        fprintf(stderr, "usage: steps FROM TO FILE COMMAND...\n");
        return 2;
    }
    long from = atol(given[1]), to = atol(given[2]), lines = 0, steps = 0;
    off_t seen = 0;
    int status, output = open(given[3], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (output < 0) fail(given[3]);
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) become(given + 4, output);
    if (waitpid(child, &status, 0) < 0) fail("waitpid");
    if (WIFEXITED(status)) return WEXITSTATUS(status);
    if (ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL))
        fail("ptrace");
    for (int signal = 0; lines < to; lines += more_lines(output, &seen)) {
        int stepping = lines >= from;
        if (ptrace(stepping ? PTRACE_SINGLESTEP : PTRACE_SYSCALL, child, 0, signal)) fail("ptrace");
        if (waitpid(child, &status, 0) < 0) fail("waitpid");
        if (!WIFSTOPPED(status)) {
            fprintf(stderr, "steps: the command ended after %ld lines\n",
                    lines + more_lines(output, &seen));
            return ENDED_EARLY;
        }
        int stop = WSTOPSIG(status);
        /* A step and a system call stop it so; any other signal is its own. */
        signal = stop == SIGTRAP || stop == (SIGTRAP | 0x80) ? 0 : stop;
        steps += stepping;
    }
    printf("%ld\n", steps);
    return 0;
}
