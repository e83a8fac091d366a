// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * pcapcmp A B [FROM TO]: do two captures hold the same packets? Bytes and lengths
 * count, stamps do not, but for those outside of FROM to TO (seconds since 1970),
 * when not everybody was watching. On two CPUs captures may disagree on who was
 * first, so packets are compared as a set that counts.
 */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct packet {
	struct pcap_pkthdr h;
	unsigned char *data;
};

static long from, to;

struct file {
	struct packet *all;
	size_t count;
};

static int by_bytes(const void *a, const void *b)
{
	const struct packet *p = a, *q = b;

	if (p->h.len != q->h.len)
		return p->h.len < q->h.len ? -1 : 1;
	if (p->h.caplen != q->h.caplen)
		return p->h.caplen < q->h.caplen ? -1 : 1;
	return memcmp(p->data, q->data, p->h.caplen);
}

static int read_all(const char *path, struct file *f)
{
	char err[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(path, err);
	struct pcap_pkthdr *h;
	const unsigned char *data;
	int ret;

	if (!pcap) {
		fprintf(stderr, "%s\n", err);
		return -1;
	}
	while ((ret = pcap_next_ex(pcap, &h, &data)) == 1) {
		struct packet *p;

		if (to && (h->ts.tv_sec < from || h->ts.tv_sec >= to))
			continue;
		f->all = realloc(f->all, (f->count + 1) * sizeof(*f->all));
		p = &f->all[f->count++];
		p->h = *h;
		p->data = malloc(h->caplen + 1);
		memcpy(p->data, data, h->caplen);
	}
	pcap_close(pcap);
	qsort(f->all, f->count, sizeof(*f->all), by_bytes);
	return ret == PCAP_ERROR_BREAK ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct file a = { NULL, 0 }, b = { NULL, 0 };
	size_t i;

	if (argc == 5) {
		from = atol(argv[3]);
		to = atol(argv[4]);
	}
	if ((argc != 3 && argc != 5) || read_all(argv[1], &a) || read_all(argv[2], &b))
		return 2;
	for (i = 0; i < a.count && i < b.count; i++)
		if (by_bytes(&a.all[i], &b.all[i]))
			break;
	printf("%zu\n", a.count);
	if (i == a.count && i == b.count)
		return 0;
	printf("%zu and %zu packets, %zu alike before the first difference\n", a.count, b.count, i);
	return 1;
}
