// SPDX-License-Identifier: GPL-2.0
/*
 * KBPF_PROG_TEST_RUN: builds the context that a program's type asks for out of
 * what the user gives, runs the program on it, and gives back what it left.
 */
#include "cmd/call.h"
#include "progtype/progtype.h"

#define HEADROOM	256u		/* before packet data, as XDP promises */
#define TAILROOM	320u		/* that adjust_tail may grow into */
#define MAX_DATA	(128u << 10)
#define ETH_HLEN	14u
#define ETH_TYPE_AT	12u
#define ETHERTYPE_V6	0x86dd
#define PF_IPV4		2u		/* NFPROTO_IPV4 */
#define PF_IPV6		10u		/* NFPROTO_IPV6 */
#define MAX_META	252u		/* XDP metadata, a multiple of 4 */

/* Offsets in struct __sk_buff and struct xdp_md: ABI. */
#define SKB_LEN		0
#define SKB_PROTOCOL	16
#define SKB_WIRE_LEN	160
#define XDP_DATA	0
#define XDP_DATA_END	4

/**
 * struct run - one test run
 * @call: the command
 * @prog: the program
 * @type: its type
 * @ctx: the context as the program sees it
 * @plain: context without packet
 * @plain_size: bytes of it: what the type says, or, where that leaves it open
 *	(SYSCALL), what the caller gives
 * @packet: context with packet
 * @buf: packet buffer: HEADROOM bytes, the packet, TAILROOM bytes
 * @l2: bytes of link-layer header before @packet.data
 */
struct run {
	struct kbpf_call *call;
	struct kbpf_prog *prog;
	const struct kbpf_progtype *type;
	void *ctx;
	u8 *plain;
	u32 plain_size;
	struct kbpf_packet_ctx *packet;
	u8 *buf;
	u32 l2;
};

/* Reads a user's context of up to @size bytes into @dst; more must be zero. */
static int read_ctx(const struct kbpf_test_run_attr *attr, void *dst, u32 size)
{
	u32 len = min(attr->ctx_size_in, size);

	if (!attr->ctx_in != !attr->ctx_size_in)
		return -EINVAL;
	if (!attr->ctx_in)
		return 0;
	if (kbpf_world_copy_in(dst, attr->ctx_in, len))
		return -EFAULT;
	if (attr->ctx_size_in > size)
		return kbpf_call_zero_tail(attr->ctx_in + size, attr->ctx_size_in - size);
	return 0;
}

static bool makes_tail_calls(const struct kbpf_prog *prog)
{
	for (u32 i = 0; i < prog->nr_funcs; i++)
		if (prog->funcs[i].has_tail_call)
			return true;
	return false;
}

static int setup_plain(struct run *run)
{
	const struct kbpf_test_run_attr *attr = &run->call->attr.test_run;
	u32 room;

	if (attr->data_in || attr->data_size_in || attr->data_out || attr->data_size_out)
		return -EINVAL;
	run->plain_size = run->type->ctx_size;
	if (!run->plain_size) {
		/* the program was judged for any size: it must have what it looks at */
		if (attr->ctx_size_in < run->prog->ctx_used ||
		    attr->ctx_size_in > KBPF_SYSCALL_CTX_MAX)
			return -EINVAL;
		run->plain_size = attr->ctx_size_in;
	}
	/* what a tail call leads to was judged for any size, too */
	room = run->type->ctx_size || !makes_tail_calls(run->prog) ? run->plain_size :
	       KBPF_SYSCALL_CTX_MAX;
	run->plain = kvzalloc(max(room, 8U), GFP_KERNEL);
	if (!run->plain)
		return -ENOMEM;
	run->ctx = run->plain;
	return read_ctx(attr, run->plain, run->plain_size);
}

/*
 * Fields of the user-visible packet structures that a test run may set; the
 * rest of a given context must be zero.
 */
enum shape { SHAPE_SKB, SHAPE_XDP, SHAPE_NF };

static const struct settable {
	enum shape shape;
	u16 from;
	u16 to;
} settable[] = {
	{ SHAPE_SKB, 8, 12 },	/* mark */
	{ SHAPE_SKB, 32, 44 },	/* priority, ingress_ifindex, ifindex */
	{ SHAPE_SKB, 48, 68 },	/* cb */
	{ SHAPE_SKB, 152, 168 },	/* tstamp, wire_len, gso_segs */
	{ SHAPE_SKB, 176, 180 },	/* gso_size */
	{ SHAPE_SKB, 184, 192 },	/* hwtstamp */
	{ SHAPE_XDP, 0, 8 },		/* data (bytes of metadata), data_end (bytes in all) */
	{ SHAPE_XDP, 12, 20 },	/* ingress_ifindex, rx_queue_index */
	{ SHAPE_NF, 32, 52 },	/* mark, interfaces, hook, pf */
};

static enum shape shape_of(const struct kbpf_progtype *type)
{
	return type->type == KBPF_PROG_TYPE_XDP ? SHAPE_XDP :
	       type->type == KBPF_PROG_TYPE_NETFILTER ? SHAPE_NF : SHAPE_SKB;
}

static bool may_set(enum shape shape, u32 off)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(settable); i++)
		if (settable[i].shape == shape && off >= settable[i].from && off < settable[i].to)
			return true;
	return false;
}

static u32 field(const u8 *user, u32 off)
{
	u32 val;

	memcpy(&val, user + off, sizeof(val));
	return val;
}

static void set_field(u8 *user, u32 off, u32 val)
{
	memcpy(user + off, &val, sizeof(val));
}

static void setup_skb_fields(struct run *run, u32 size)
{
	u8 *user = run->packet->user;
	u16 protocol;

	memcpy(&protocol, run->buf + HEADROOM + ETH_TYPE_AT, sizeof(protocol));
	set_field(user, SKB_PROTOCOL, protocol);
	set_field(user, SKB_LEN, size - run->l2);
	if (!field(user, SKB_WIRE_LEN))
		set_field(user, SKB_WIRE_LEN, size);
}

static void setup_nf_fields(struct run *run, u32 size)
{
	u8 *user = run->packet->user;
	u16 protocol;

	memcpy(&protocol, run->buf + HEADROOM + ETH_TYPE_AT, sizeof(protocol));
	set_field(user, offsetof(struct kbpf_nf_ctx, protocol), protocol);
	set_field(user, offsetof(struct kbpf_nf_ctx, len), size - run->l2);
	if (!field(user, offsetof(struct kbpf_nf_ctx, pf)))
		set_field(user, offsetof(struct kbpf_nf_ctx, pf),
			  be16_to_cpu(protocol) == ETHERTYPE_V6 ? PF_IPV6 : PF_IPV4);
}

static int setup_xdp_fields(struct run *run, u32 size)
{
	struct kbpf_packet_ctx *p = run->packet;
	u32 meta = field(p->user, XDP_DATA);

	if (run->call->attr.test_run.ctx_in) {
		if (field(p->user, XDP_DATA_END) != size)
			return -EINVAL;
		if (meta > MAX_META || meta % 4 || meta + ETH_HLEN > size)
			return -EINVAL;
	}
	p->data = p->data_meta + meta;
	return 0;
}

static int setup_packet(struct run *run)
{
	const struct kbpf_test_run_attr *attr = &run->call->attr.test_run;
	enum shape shape = shape_of(run->type);
	u32 size = attr->data_size_in, i;
	struct kbpf_packet_ctx *p;
	int err;

	if (size < ETH_HLEN || size > MAX_DATA)
		return -EINVAL;
	run->packet = kzalloc(sizeof(*run->packet), GFP_KERNEL);
	run->buf = kvzalloc(HEADROOM + size + TAILROOM, GFP_KERNEL);
	if (!run->packet || !run->buf)
		return -ENOMEM;
	p = run->packet;
	if (kbpf_world_copy_in(run->buf + HEADROOM, attr->data_in, size))
		return -EFAULT;
	err = read_ctx(attr, p->user, min_t(u32, run->type->ctx_size, sizeof(p->user)));
	if (err)
		return err;
	for (i = 0; i < sizeof(p->user); i++)
		if (p->user[i] && !may_set(shape, i))
			return -EINVAL;
	/* Socket filters and netfilter programs see the packet from behind its link-layer header. */
	run->l2 = shape == SHAPE_NF || run->type->type == KBPF_PROG_TYPE_SOCKET_FILTER ?
		ETH_HLEN : 0;
	p->data = run->buf + HEADROOM + run->l2;
	p->data_meta = p->data;
	p->data_end = run->buf + HEADROOM + size;
	p->room = run->buf;
	p->room_end = p->data_end + TAILROOM;
	p->mac = -(s32)run->l2;
	p->net = (s32)ETH_HLEN - (s32)run->l2;
	run->ctx = p;
	if (shape == SHAPE_XDP)
		return setup_xdp_fields(run, size);
	if (shape == SHAPE_NF)
		setup_nf_fields(run, size);
	else
		setup_skb_fields(run, size);
	return 0;
}

/* Gives @size bytes back into the room the user named. 0, -ENOSPC, -EFAULT. */
static int give(u64 uout, u32 *usize, const void *data, u32 size)
{
	u32 room = *usize, len = room && room < size ? room : size;

	*usize = size;
	if (!uout)
		return 0;
	if (kbpf_world_copy_out(uout, data, len))
		return -EFAULT;
	return len < size ? -ENOSPC : 0;
}

static int give_packet(struct run *run)
{
	struct kbpf_test_run_attr *attr = &run->call->attr.test_run;
	struct kbpf_packet_ctx *p = run->packet;
	u8 *from = shape_of(run->type) == SHAPE_XDP ? p->data_meta : p->data - run->l2;
	int err = give(attr->data_out, &attr->data_size_out, from, p->data_end - from);

	if (shape_of(run->type) == SHAPE_XDP) {
		set_field(p->user, XDP_DATA, p->data - p->data_meta);
		set_field(p->user, XDP_DATA_END, p->data_end - p->data_meta);
	}
	return err;
}

static int give_back(struct run *run)
{
	struct kbpf_test_run_attr *attr = &run->call->attr.test_run;
	const void *ctx = run->packet ? run->packet->user : run->plain;
	u32 ctx_size = run->plain_size;
	int err = 0;

	if (run->packet) {
		err = give_packet(run);
		ctx_size = min_t(u32, run->type->ctx_size, sizeof(run->packet->user));
	} else if (!run->type->ctx_size && attr->ctx_in) {
		/* as Linux does, what the program wrote goes where it came from */
		err = kbpf_world_copy_out(attr->ctx_in, ctx, ctx_size);
	}
	if (!err && attr->ctx_out)
		err = give(attr->ctx_out, &attr->ctx_size_out, ctx, ctx_size);
	if (err && err != -ENOSPC)
		return err;
	if (kbpf_call_out(run->call, test_run.retval) ||
	    kbpf_call_out(run->call, test_run.duration) ||
	    kbpf_call_out(run->call, test_run.data_size_out) ||
	    (attr->ctx_out && kbpf_call_out(run->call, test_run.ctx_size_out)))
		return -EFAULT;
	return err;
}

static int run_it(struct run *run)
{
	struct kbpf_test_run_attr *attr = &run->call->attr.test_run;
	u32 repeat = attr->repeat ? attr->repeat : 1;
	u64 retval, ns;
	int err;

	err = run->type->packet ? setup_packet(run) : setup_plain(run);
	if (err)
		return err;
	err = kbpf_world_test_run(run->prog, run->ctx, repeat,
				  attr->flags & KBPF_F_TEST_RUN_ON_CPU ? (int)attr->cpu : -1,
				  &retval, &ns);
	if (err)
		return err;
	attr->retval = retval;
	attr->duration = min_t(u64, div_u64(ns, repeat), U32_MAX);
	return give_back(run);
}

long kbpf_call_test_run(struct kbpf_call *call)
{
	const struct kbpf_test_run_attr *attr = &call->attr.test_run;
	struct run run = { .call = call };
	int err;

	if ((attr->flags & ~KBPF_F_TEST_RUN_ON_CPU) || attr->batch_size ||
	    (!(attr->flags & KBPF_F_TEST_RUN_ON_CPU) && attr->cpu))
		return -EINVAL;
	if (!attr->ctx_out != !attr->ctx_size_out)
		return -EINVAL;
	run.prog = kbpf_call_prog(attr->prog_fd);
	if (IS_ERR(run.prog))
		return PTR_ERR(run.prog);
	run.type = kbpf_progtype_find(run.prog->type);
	err = run_it(&run);
	kvfree(run.buf);
	kfree(run.packet);
	kvfree(run.plain);
	kbpf_object_put(&run.prog->obj);
	return err;
}
