// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Things for tracing tools to see, in numbers that are known: clientwork WHAT
 * waits for a line on its input, does WHAT, and ends. So its process id can be
 * given to a tool before anything happens.
 *
 * Every row of the table does things COUNT times unless it says otherwise.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COUNT		20
#define BLOCK		4096
#define PORT		4301
#define CONNECTIONS	5

/* A tool's probe is put here too: it must be a function of its own. */
void nap(long ms);

__attribute__((noinline)) void nap(long ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

static void *block(void)
{
	void *data;

	if (posix_memalign(&data, BLOCK, BLOCK))
		errx(1, "no memory");
	memset(data, 'k', BLOCK);
	return data;
}

static void opens(char **argv)
{
	int i, fd;

	for (i = 0; i < COUNT; i++) {
		fd = open(argv[0], O_RDWR | O_CREAT, 0600);
		if (fd < 0)
			err(1, "%s", argv[0]);
		close(fd);
	}
}

static void statfses(char **argv)
{
	struct statfs st;
	int i;

	for (i = 0; i < COUNT; i++)
		if (statfs(argv[0], &st))
			err(1, "%s", argv[0]);
}

/* Writes and reads a file back; the reads go to the disk where it is one. */
static void file(char **argv, int flags)
{
	void *data = block();
	int i, fd = open(argv[0], O_RDWR | O_CREAT | flags, 0600);

	if (fd < 0)
		err(1, "%s", argv[0]);
	for (i = 0; i < COUNT; i++)
		if (pread(fd, data, BLOCK, (off_t)i * BLOCK) < 0 ||
		    (!flags && pwrite(fd, data, BLOCK, (off_t)i * BLOCK) != BLOCK))
			err(1, "%s", argv[0]);
	if (!flags && fsync(fd))
		err(1, "fsync");
	close(fd);
}

static void files(char **argv)
{
	file(argv, 0);
}

/* COUNT requests to the device, each of a block. */
static void disk(char **argv)
{
	file(argv, O_DIRECT);
}

static void lives(char **argv)
{
	char path[256];
	int i, fd;

	for (i = 0; i < COUNT; i++) {
		snprintf(path, sizeof(path), "%s%d", argv[0], i);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd < 0)
			err(1, "%s", path);
		close(fd);
		nap(2);
		if (unlink(path))
			err(1, "%s", path);
	}
}

static void connect_once(int listener, const struct sockaddr_in *to)
{
	char data[1000] = "";
	int c = socket(AF_INET, SOCK_STREAM, 0), s, i;

	if (c < 0 || connect(c, (const struct sockaddr *)to, sizeof(*to)))
		err(1, "connect");
	s = accept(listener, NULL, NULL);
	for (i = 0; i < 4; i++)
		if (send(c, data, sizeof(data), 0) < 0 ||
		    recv(s, data, sizeof(data), MSG_WAITALL) < 0 ||
		    send(s, data, sizeof(data), 0) < 0 ||
		    recv(c, data, sizeof(data), MSG_WAITALL) < 0)
			err(1, "tcp");
	close(c);
	close(s);
}

/* CONNECTIONS connections of this process with itself. */
static void tcp(char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1, i;

	(void)argv;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) || listen(listener, CONNECTIONS))
		err(1, "listen");
	for (i = 0; i < CONNECTIONS; i++)
		connect_once(listener, &at);
	close(listener);
}

static void sleeps(char **argv)
{
	int i;

	(void)argv;
	for (i = 0; i < COUNT; i++)
		nap(5);
}

static void spin(char **argv)
{
	time_t end = time(NULL) + 2;

	(void)argv;
	while (time(NULL) < end)
		;
}

static void signals(char **argv)
{
	int i;

	(void)argv;
	signal(SIGUSR1, SIG_IGN);
	for (i = 0; i < COUNT; i++)
		kill(getpid(), SIGUSR1);
}

/* Children that run a program, whose exit status is 7. */
static void execs(char **argv)
{
	/* on the stack: a child's own pages, which a program can read, unlike those that it has not touched yet */
	char path[] = "/bin/sh", name[] = "sh", option[] = "-c";
	int i;

	for (i = 0; i < COUNT; i++) {
		pid_t child = fork();

		if (!child) {
			execl(path, name, option, argv[0], (char *)NULL);
			_exit(127);
		}
		waitpid(child, NULL, 0);
	}
}

static void names(char **argv)
{
	char name[64];
	int i;

	(void)argv;
	gethostname(name, sizeof(name));
	for (i = 0; i < COUNT; i++)
		if (sethostname(name, strlen(name)))
			err(1, "sethostname");
}

static void hosts(char **argv)
{
	struct addrinfo *list;
	int i;

	for (i = 0; i < COUNT; i++)
		if (!getaddrinfo(argv[0], NULL, NULL, &list))
			freeaddrinfo(list);
}

static void parents(char **argv)
{
	int i;

	for (i = 0; i < atoi(argv[0]); i++)
		syscall(SYS_getppid);
}

static void pipes(char **argv)
{
	int i, fds[2];
	char c = 0;

	(void)argv;
	if (pipe(fds))
		err(1, "pipe");
	for (i = 0; i < COUNT; i++)
		if (write(fds[1], &c, 1) != 1 || read(fds[0], &c, 1) != 1)
			err(1, "pipe");
}

static void mounts(char **argv)
{
	mkdir(argv[1], 0700);
	if (mount(argv[0], argv[1], "tmpfs", 0, NULL) || umount(argv[1]))
		err(1, "mount");
}

static int word;

static void *waiter(void *arg)
{
	int i;

	for (i = 0; i < COUNT; i++)
		syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
	return arg;
}

/* A thread of this process that waits, and one that wakes it. */
static void wakes(char **argv)
{
	pthread_t thread;
	int i;

	(void)argv;
	if (pthread_create(&thread, NULL, waiter, NULL))
		errx(1, "no thread");
	for (i = 0; i < COUNT; i++) {
		nap(5);
		/* nobody waits yet on a slow machine: try again */
		while (syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0) == 0)
			nap(5);
	}
	pthread_join(thread, NULL);
}

static void memory(char **argv)
{
	size_t i, size = strtoul(argv[0], NULL, 0) << 20;
	char *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (data == MAP_FAILED)
		err(1, "mmap");
	for (i = 0; i < size; i += BLOCK)
		data[i] = 1;
}

/* What a Java machine's garbage collector says of itself: see libjvm.c. */
static void (*collect)(void);

static void collects(char **argv)
{
	int i;

	(void)argv;
	for (i = 0; i < COUNT; i++)
		collect();
}

static void load_jvm(void)
{
	void *lib = dlopen("libjvm.so", RTLD_NOW);

	if (!lib)
		errx(1, "%s", dlerror());
	*(void **)&collect = dlsym(lib, "jvm_collect");
}

static void run(char **argv)
{
	execvp(argv[0], argv);
	err(127, "%s", argv[0]);
}

static const struct work {
	const char *name;
	int nr_args;
	void (*fn)(char **argv);
	void (*before)(void);	/* before the wait */
} works[] = {
	{ "opens", 1, opens }, { "statfses", 1, statfses },
	{ "files", 1, files }, { "disk", 1, disk }, { "lives", 1, lives }, { "tcp", 0, tcp },
	{ "sleeps", 0, sleeps }, { "spin", 0, spin }, { "signals", 0, signals },
	{ "execs", 1, execs }, { "names", 0, names }, { "hosts", 1, hosts },
	{ "parents", 1, parents }, { "pipes", 0, pipes }, { "mounts", 2, mounts },
	{ "wakes", 0, wakes }, { "memory", 1, memory }, { "collects", 0, collects, load_jvm },
	{ "run", 1, run },
};

/* A byte at a time: what follows the line is for the program that may come. */
static void wait_for_line(void)
{
	char c = 0;

	while (c != '\n')
		if (read(0, &c, 1) != 1)
			errx(1, "nobody says go");
}

int main(int argc, char **argv)
{
	const struct work *work;
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(works) / sizeof(works[0]); i++) {
		work = &works[i];
		if (strcmp(work->name, argv[1]))
			continue;
		if (argc - 2 < work->nr_args)
			errx(2, "%s takes %d arguments", work->name, work->nr_args);
		if (work->before)
			work->before();
		wait_for_line();
		work->fn(argv + 2);
		return 0;
	}
	errx(2, "usage: clientwork WHAT ARGUMENT...");
}
