// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * kbpf capture: a small tcpdump. libpcap compiles the expression, the engine
 * filters in the kernel, packets are printed or written to a file.
 */
#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "classic.h"
#include "cli.h"
#include "packet_line.h"
#include "tap.h"

#define SNAPLEN		262144u
#define RING_KIB	4096u
#define VLAN_AT		12	/* where a tag is in an Ethernet header */
#define VLAN_LEN	4

/**
 * struct capture - a capture
 * @iface: interface
 * @file: where to, or NULL
 * @text: expression
 * @count: packets to stop after; 0: none
 * @snaplen: most bytes of a packet
 * @ring_kib: kibibytes of ring
 * @linktype: DLT_*
 * @netmask: of its IPv4 network
 * @pcap: what packets are written for
 * @dump: the file
 * @packet: a packet with its tag put back
 * @seen: packets so far
 */
struct capture {
	const char *iface;
	const char *file;
	char *text;
	__u32 count;
	__u32 snaplen;
	__u32 ring_kib;
	int linktype;
	bpf_u_int32 netmask;
	pcap_t *pcap;
	pcap_dumper_t *dump;
	unsigned char *packet;
	unsigned long seen;
};

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* ---- before ------------------------------------------------------------------------ */

/* The interface to take when none is named: as libpcap orders them. */
static const char *first_interface(char *name, size_t size)
{
	char err[PCAP_ERRBUF_SIZE];
	pcap_if_t *all, *i;

	name[0] = 0;
	if (pcap_findalldevs(&all, err))
		return NULL;
	for (i = all; i; i = i->next) {
		if (if_nametoindex(i->name)) {
			snprintf(name, size, "%s", i->name);
			break;
		}
	}
	pcap_freealldevs(all);
	return name[0] ? name : NULL;
}

/*
 * Compiles for the interface as it is: only a handle that is live knows its link
 * type, and that the kernel keeps VLAN tags beside the packet.
 */
static int compile(struct capture *c, struct classic *filter)
{
	char err[PCAP_ERRBUF_SIZE] = "";
	bpf_u_int32 net;
	pcap_t *live;
	int ret;

	c->netmask = PCAP_NETMASK_UNKNOWN;
	if (pcap_lookupnet(c->iface, &net, &c->netmask, err))
		c->netmask = PCAP_NETMASK_UNKNOWN;
	live = pcap_create(c->iface, err);
	if (!live)
		return cli_error("%s: %s", c->iface, err);
	pcap_set_snaplen(live, c->snaplen);
	ret = pcap_activate(live);
	if (ret < 0) {
		ret = cli_error("%s: %s", c->iface, pcap_geterr(live));
	} else {
		c->linktype = pcap_datalink(live);
		ret = classic_compile(live, c->text, c->netmask, filter);
	}
	pcap_close(live);
	return ret;
}

static int open_file(struct capture *c)
{
	c->packet = malloc(c->snaplen + VLAN_LEN);
	c->pcap = pcap_open_dead_with_tstamp_precision(c->linktype, c->snaplen,
						       PCAP_TSTAMP_PRECISION_NANO);
	if (!c->pcap || !c->packet)
		return cli_error("out of memory");
	if (!c->file)
		return 0;
	c->dump = pcap_dump_open(c->pcap, c->file);
	return c->dump ? 0 : cli_error("%s", pcap_geterr(c->pcap));
}

/* ---- packets ----------------------------------------------------------------------- */

static void print(const struct capture *c, const struct pcap_pkthdr *h, const unsigned char *data)
{
	time_t sec = h->ts.tv_sec;
	char line[256], when[16];
	struct tm tm;

	localtime_r(&sec, &tm);
	strftime(when, sizeof(when), "%H:%M:%S", &tm);
	printf("%s.%09ld %s\n", when, (long)h->ts.tv_usec,
	       packet_line(data, h->caplen, h->len, c->linktype == DLT_EN10MB, line, sizeof(line)));
}

/* The packet as it was on the wire: a tag that the kernel keeps beside it goes back in. */
static const unsigned char *whole(struct capture *c, const struct kbpf_tap_record *rec,
				  struct pcap_pkthdr *h)
{
	const unsigned char *data = (const unsigned char *)(rec + 1);
	unsigned char *tag = c->packet + VLAN_AT;

	if (!rec->vlan_proto || c->linktype != DLT_EN10MB || rec->caplen < VLAN_AT)
		return data;
	memcpy(c->packet, data, VLAN_AT);
	tag[0] = rec->vlan_proto >> 8;
	tag[1] = rec->vlan_proto;
	tag[2] = rec->vlan_tci >> 8;
	tag[3] = rec->vlan_tci;
	memcpy(tag + VLAN_LEN, data + VLAN_AT, rec->caplen - VLAN_AT);
	h->len += VLAN_LEN;
	h->caplen += VLAN_LEN;
	if (h->caplen > c->snaplen)
		h->caplen = c->snaplen;
	return c->packet;
}

static bool on_packet(const struct kbpf_tap_record *rec, void *arg)
{
	struct capture *c = arg;
	struct pcap_pkthdr h = {
		.ts = { .tv_sec = rec->time / 1000000000, .tv_usec = rec->time % 1000000000 },
		.caplen = rec->caplen, .len = rec->len,
	};
	const unsigned char *data = whole(c, rec, &h);

	if (c->dump)
		pcap_dump((unsigned char *)c->dump, &h, data);
	else
		print(c, &h, data);
	return ++c->seen != c->count;
}

static void watch(struct capture *c, struct tap *tap)
{
	while (!stopped && tap_read(tap, on_packet, c)) {
		fflush(stdout);
		tap_wait(tap, 500);
	}
	/* What came in before the end is shown too. */
	tap_stop(tap);
	if (!c->count || c->seen < c->count)
		tap_read(tap, on_packet, c);
	fflush(stdout);
}

static void summary(const struct capture *c, const struct tap *tap)
{
	struct kbpf_link_stats_attr stats;

	if (tap_stats(tap, &stats))
		return;
	fprintf(stderr, "%lu packet%s captured\n%llu packet%s received by filter\n"
		"%llu packet%s dropped by kernel\n", c->seen, c->seen == 1 ? "" : "s",
		(unsigned long long)stats.passed, stats.passed == 1 ? "" : "s",
		(unsigned long long)(stats.lost + stats.missed),
		stats.lost + stats.missed == 1 ? "" : "s");
}

static int capture(struct capture *c)
{
	struct classic filter = { .len = 0 };
	unsigned int ifindex = if_nametoindex(c->iface);
	struct tap tap;
	int ret;

	if (!ifindex)
		return cli_error("%s: %s", c->iface, strerror(errno));
	ret = compile(c, &filter);
	if (!ret)
		ret = open_file(c);
	if (!ret)
		ret = tap_open(&tap, &filter, ifindex, c->snaplen, c->ring_kib * 1024);
	classic_free(&filter);
	if (ret)
		return ret;
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	signal(SIGHUP, stop);
	fprintf(stderr, "kbpf: listening on %s, link-type %s (%s), snapshot length %u bytes\n",
		c->iface, pcap_datalink_val_to_name(c->linktype),
		pcap_datalink_val_to_description(c->linktype), c->snaplen);
	watch(c, &tap);
	summary(c, &tap);
	tap_close(&tap);
	return CLI_OK;
}

/* ---- the command line ---------------------------------------------------------------- */

static int join(int argc, char **argv, char **text)
{
	size_t size = 1;
	int i;

	for (i = 0; i < argc; i++)
		size += strlen(argv[i]) + 1;
	*text = calloc(1, size);
	if (!*text)
		return cli_error("out of memory");
	for (i = 0; i < argc; i++) {
		strcat(*text, i ? " " : "");
		strcat(*text, argv[i]);
	}
	return 0;
}

static int parse(int argc, char **argv, struct capture *c)
{
	int opt;

	optind = 1;
	while ((opt = getopt(argc, argv, "+i:w:c:s:B:")) != -1) {
		switch (opt) {
		case 'i':
			c->iface = optarg;
			break;
		case 'w':
			c->file = optarg;
			break;
		case 'c':
			if (!cli_parse_u32(optarg, &c->count) || !c->count)
				return cli_usage(&cli_capture, "-c takes a number, not '%s'", optarg);
			break;
		case 's':
			if (!cli_parse_u32(optarg, &c->snaplen) || c->snaplen > SNAPLEN)
				return cli_usage(&cli_capture, "-s takes at most %u, not '%s'", SNAPLEN,
						 optarg);
			c->snaplen = c->snaplen ? c->snaplen : SNAPLEN;
			break;
		case 'B':
			if (!cli_parse_u32(optarg, &c->ring_kib) || c->ring_kib < 4 ||
			    c->ring_kib > 1 << 20 || (c->ring_kib & (c->ring_kib - 1)))
				return cli_usage(&cli_capture, "-B takes a power of two, 4 to 1048576, "
						 "not '%s'", optarg);
			break;
		default:
			return CLI_FAILED;
		}
	}
	return join(argc - optind, argv + optind, &c->text);
}

static int run(int argc, char **argv)
{
	struct capture c = { .snaplen = SNAPLEN, .ring_kib = RING_KIB };
	char name[IF_NAMESIZE];
	int ret = parse(argc, argv, &c);

	if (!ret && !c.iface)
		c.iface = first_interface(name, sizeof(name));
	if (!ret && !c.iface)
		ret = cli_error("there is no interface to capture on");
	if (!ret)
		ret = capture(&c);
	if (c.dump)
		pcap_dump_close(c.dump);
	if (c.pcap)
		pcap_close(c.pcap);
	free(c.packet);
	free(c.text);
	return ret;
}

const struct cli_command cli_capture = {
	.name = "capture",
	.summary = "a small tcpdump: packets that match an expression",
	.help =
"kbpf capture [-i IF] [-w FILE.pcap] [-c N] [-s LEN] [-B KIB] [EXPRESSION]\n"
"\n"
"Shows the packets of an interface that match EXPRESSION (see pcap-filter(7)), or\n"
"all. The expression's classic program is verified and runs in the kernel, in\n"
"the module's engine. Ctrl-C ends it and prints the counts.\n"
"\n"
"  -i IF     interface (default: the first that libpcap names)\n"
"  -w FILE   write a pcap file, with nanoseconds, instead of lines\n"
"  -c N      stop after N packets\n"
"  -s LEN    keep at most LEN bytes of a packet (default: 262144)\n"
"  -B KIB    size of the ring buffer (default: 4096)\n"
"\n"
"Packets 'received by filter' matched; those 'dropped by kernel' matched and did\n"
"not fit into the ring buffer.\n",
	.run = run,
};
