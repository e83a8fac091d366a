// SPDX-License-Identifier: GPL-2.0
/*
 * A BTF object: the blob's header, the table of its records, the index of
 * names, and the questions others ask. What makes a blob safe to walk is in
 * record.c, nesting.c and refs.c.
 */
#include "btf/btf.h"
#include "btf/check.h"

#define BTF_MAGIC	0xeb9f
#define BTF_MAX_STRS	0xffffffU

/* The header as far as this engine knows it; a longer one must be zero there. */
struct btf_header {
	u16 magic;
	u8 version;
	u8 flags;
	u32 hdr_len;
	u32 type_off;
	u32 type_len;
	u32 str_off;
	u32 str_len;
};

static int bad_header(struct kbpf_log *log, const char *what)
{
	kbpf_log_write(log, "BTF header: %s\n", what);
	return -EINVAL;
}

/* Read the header, which may be shorter or longer than ours. */
static int read_header(const void *data, u32 size, struct btf_header *h, struct kbpf_log *log)
{
	const u8 *bytes = data;
	u32 i, len;

	memset(h, 0, sizeof(*h));
	if (size < offsetof(struct btf_header, type_off))
		return bad_header(log, "hdr_len is not there");
	memcpy(&len, bytes + offsetof(struct btf_header, hdr_len), sizeof(len));
	if (len < offsetof(struct btf_header, type_off) || len > size)
		return bad_header(log, "hdr_len does not fit the blob");
	memcpy(h, data, min_t(u32, len, sizeof(*h)));
	if (h->magic != BTF_MAGIC)
		return bad_header(log, "no BTF magic of this byte order");
	if (h->version != 1)
		return bad_header(log, "unknown version");
	if (h->flags)
		return bad_header(log, "unknown flags");
	for (i = sizeof(*h); i < len; i++) {
		if (bytes[i]) {
			bad_header(log, "has fields that are not known here");
			return -E2BIG;
		}
	}
	if (len == size)
		return bad_header(log, "nothing comes after it");
	return 0;
}

/* Both sections follow the header, types first, nothing between or behind. */
static int check_sections(const void *data, u32 size, const struct btf_header *h,
			  struct kbpf_log *log)
{
	u32 body = size - h->hdr_len;
	const char *strs;

	if (h->type_off || h->type_len > body)
		return bad_header(log, "type section is not right behind it, or too long");
	if (!h->type_len || h->type_len % 4 || h->hdr_len % 4)
		return bad_header(log, "type section is empty or not aligned");
	if (h->str_off != h->type_len || h->str_len != body - h->type_len)
		return bad_header(log, "string section is not at the end right behind the types");
	if (!h->str_len || h->str_len - 1 > BTF_MAX_STRS)
		return bad_header(log, "string section is empty or too long");
	strs = (const char *)data + h->hdr_len + h->str_off;
	if (strs[0] || strs[h->str_len - 1])
		return bad_header(log, "string section does not start and end with a zero");
	return 0;
}

/* Check each record by itself; with @fill also enter it in the table. */
static int scan_records(struct kbpf_btf *btf, const void *start, u32 len, bool fill,
			struct kbpf_log *log)
{
	const void *end = start + len;
	u32 id = 1;
	s64 n;

	while (start < end) {
		if (end - start < (s64)sizeof(struct kbpf_btf_type)) {
			kbpf_log_write(log, "BTF type [%u]: record cut short\n", id);
			return -EINVAL;
		}
		if (id >= KBPF_BTF_MAX_TYPES) {
			kbpf_log_write(log, "BTF: more than %u types\n", KBPF_BTF_MAX_TYPES);
			return -E2BIG;
		}
		n = kbpf_btf_check_record(btf, id, start, end - start, log);
		if (n < 0)
			return n;
		if (fill)
			btf->types[id] = start;
		start += n;
		id++;
	}
	btf->nr_types = id;
	return 0;
}

static u32 hash_name(const char *s)
{
	u32 h = 2166136261U;

	while (*s)
		h = (h ^ (u8)*s++) * 16777619U;
	return h ^ (h >> 15);
}

static int index_names(struct kbpf_btf *btf)
{
	u32 buckets = 8, id, *head;
	const char *name;

	while (buckets < btf->nr_types / 2)
		buckets *= 2;
	btf->name_heads = kvcalloc(buckets, sizeof(u32), GFP_KERNEL_ACCOUNT);
	btf->name_next = kvcalloc(btf->nr_types, sizeof(u32), GFP_KERNEL_ACCOUNT);
	if (!btf->name_heads || !btf->name_next)
		return -ENOMEM;
	btf->name_mask = buckets - 1;
	/* Downwards, so that the lowest id comes first. */
	for (id = btf->nr_types - 1; id; id--) {
		name = kbpf_btf_name(btf, btf->types[id]->name_off);
		if (!*name)
			continue;
		head = &btf->name_heads[hash_name(name) & btf->name_mask];
		btf->name_next[id] = *head;
		*head = id;
	}
	return 0;
}

static void free_parts(struct kbpf_btf *btf)
{
	kvfree(btf->name_heads);
	kvfree(btf->name_next);
	kvfree(btf->types);
	kfree(btf);
}

static void free_btf(struct kbpf_object *obj)
{
	struct kbpf_btf *btf = container_of(obj, struct kbpf_btf, obj);

	kvfree(btf->data);
	free_parts(btf);
}

static const struct kbpf_object_ops btf_object_ops = {
	.free = free_btf,
};

static int parse_types(struct kbpf_btf *btf, const void *start, u32 len, struct kbpf_log *log)
{
	int err = scan_records(btf, start, len, false, log);

	if (err)
		return err;
	btf->types = kvcalloc(btf->nr_types, sizeof(*btf->types), GFP_KERNEL_ACCOUNT);
	if (!btf->types)
		return -ENOMEM;
	err = scan_records(btf, start, len, true, log);
	if (!err)
		err = kbpf_btf_check_nesting(btf, log);
	if (!err)
		err = kbpf_btf_check_refs(btf, log);
	if (!err)
		err = index_names(btf);
	return err;
}

struct kbpf_btf *kbpf_btf_parse(void *data, u32 size, struct kbpf_log *log)
{
	struct btf_header h;
	struct kbpf_btf *btf;
	int err;

	if (size > KBPF_BTF_MAX_SIZE) {
		kbpf_log_write(log, "BTF: %u bytes, at most %u\n", size, KBPF_BTF_MAX_SIZE);
		return ERR_PTR(-E2BIG);
	}
	err = read_header(data, size, &h, log);
	if (!err)
		err = check_sections(data, size, &h, log);
	if (err)
		return ERR_PTR(err);
	btf = kzalloc(sizeof(*btf), GFP_KERNEL_ACCOUNT);
	if (!btf)
		return ERR_PTR(-ENOMEM);
	btf->data = data;
	btf->size = size;
	btf->strs = (const char *)data + h.hdr_len + h.str_off;
	btf->str_len = h.str_len;
	err = parse_types(btf, data + h.hdr_len, h.type_len, log);
	if (err) {
		free_parts(btf);
		return ERR_PTR(err);
	}
	kbpf_object_init(&btf->obj, KBPF_KIND_BTF, &btf_object_ops);
	return btf;
}

const struct kbpf_btf_type *kbpf_btf_type(const struct kbpf_btf *btf, u32 id)
{
	return id && id < btf->nr_types ? btf->types[id] : NULL;
}

const char *kbpf_btf_name(const struct kbpf_btf *btf, u32 off)
{
	return off < btf->str_len ? btf->strs + off : "";
}

const struct kbpf_btf_type *kbpf_btf_skip(const struct kbpf_btf *btf, u32 *id)
{
	static const u32 skipped = 1U << KBPF_BTF_TYPEDEF | 1U << KBPF_BTF_VOLATILE |
				   1U << KBPF_BTF_CONST | 1U << KBPF_BTF_RESTRICT |
				   1U << KBPF_BTF_TYPE_TAG;
	const struct kbpf_btf_type *t;
	u32 at = *id;

	while ((t = kbpf_btf_type(btf, at)) && (skipped & 1U << kbpf_btf_kind(t)))
		at = t->type;
	*id = at;
	return t;
}

s64 kbpf_btf_size(const struct kbpf_btf *btf, u32 id)
{
	const struct kbpf_btf_type *t;
	u64 times = 1;

	for (;;) {
		t = kbpf_btf_skip(btf, &id);
		switch (t ? kbpf_btf_kind(t) : KBPF_BTF_VOID) {
		case KBPF_BTF_INT:
		case KBPF_BTF_STRUCT:
		case KBPF_BTF_UNION:
		case KBPF_BTF_ENUM:
		case KBPF_BTF_ENUM64:
		case KBPF_BTF_FLOAT:
		case KBPF_BTF_DATASEC:
			times *= t->size;
			return times > U32_MAX ? -EINVAL : (s64)times;
		case KBPF_BTF_PTR:
			times *= sizeof(u64);
			return times > U32_MAX ? -EINVAL : (s64)times;
		case KBPF_BTF_VAR:
			id = t->type;
			break;
		case KBPF_BTF_ARRAY:
			times *= kbpf_btf_array(t)->nelems;
			if (times > U32_MAX)
				return -EINVAL;
			id = kbpf_btf_array(t)->type;
			break;
		default:
			return -EINVAL;
		}
	}
}

s32 kbpf_btf_find(const struct kbpf_btf *btf, const char *name, u32 kind)
{
	const struct kbpf_btf_type *t;
	u32 id;

	for (id = btf->name_heads[hash_name(name) & btf->name_mask]; id; id = btf->name_next[id]) {
		t = btf->types[id];
		if (kbpf_btf_kind(t) == kind && !strcmp(kbpf_btf_name(btf, t->name_off), name))
			return id;
	}
	return -ENOENT;
}

/*
 * Where kbpf_btf_describe() is: what is left of the way down, and how far the
 * type is from what was named last (members may have no name).
 */
struct place {
	const struct kbpf_btf *btf;
	u32 id;
	u32 off;
	u32 unnamed;
	char *buf;
	u32 len;
	u32 pos;
};

static void say(struct place *p, const char *fmt, ...) __printf(2, 3);
static void say(struct place *p, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (p->pos + 1 >= p->len)
		return;
	va_start(ap, fmt);
	n = vsnprintf(p->buf + p->pos, p->len - p->pos, fmt, ap);
	va_end(ap);
	if (n > 0)
		p->pos = min_t(u32, p->pos + n, p->len - 1);
}

/* Go down into the first member that the offset is in; false if in none. */
static bool enter_member(struct place *p, const struct kbpf_btf_type *t)
{
	const char *name;
	u32 i, off, bits;
	u64 end;

	for (i = 0; i < kbpf_btf_vlen(t); i++) {
		off = kbpf_btf_member_off(t, i);
		bits = kbpf_btf_member_bits(t, i);
		end = bits ? ((u64)off + bits + 7) / 8 :
			     off / 8 + (u64)kbpf_btf_size(p->btf, kbpf_btf_members(t)[i].type);
		if (p->off < off / 8 || p->off >= end)
			continue;
		name = kbpf_btf_name(p->btf, kbpf_btf_members(t)[i].name_off);
		if (*name)
			say(p, ".%s", name);
		p->unnamed = *name ? 0 : p->unnamed + off / 8;
		p->id = kbpf_btf_members(t)[i].type;
		p->off -= off / 8;
		return true;
	}
	return false;
}

static bool enter_variable(struct place *p, const struct kbpf_btf_type *t)
{
	const struct kbpf_btf_var_secinfo *v = kbpf_btf_secinfos(t);
	const struct kbpf_btf_type *var;
	u32 i;

	for (i = 0; i < kbpf_btf_vlen(t); i++) {
		if (p->off < v[i].offset || p->off - v[i].offset >= v[i].size)
			continue;
		var = p->btf->types[v[i].type];
		say(p, "%s", kbpf_btf_name(p->btf, var->name_off));
		p->id = var->type;
		p->off -= v[i].offset;
		return true;
	}
	return false;
}

static bool enter_element(struct place *p, const struct kbpf_btf_type *t)
{
	s64 size = kbpf_btf_size(p->btf, kbpf_btf_array(t)->type);

	if (size <= 0 || p->off / size >= kbpf_btf_array(t)->nelems)
		return false;
	say(p, "[%u]", (u32)(p->off / size));
	p->unnamed = 0;
	p->id = kbpf_btf_array(t)->type;
	p->off %= size;
	return true;
}

void kbpf_btf_describe(const struct kbpf_btf *btf, u32 id, u32 off, char *buf, u32 len)
{
	struct place p = { .btf = btf, .id = id, .off = off, .buf = buf, .len = len };
	const struct kbpf_btf_type *t;
	bool in = true;

	if (!len)
		return;
	buf[0] = 0;
	while (in && (t = kbpf_btf_skip(btf, &p.id))) {
		switch (kbpf_btf_kind(t)) {
		case KBPF_BTF_STRUCT:
		case KBPF_BTF_UNION:
			in = enter_member(&p, t);
			break;
		case KBPF_BTF_DATASEC:
			in = enter_variable(&p, t);
			break;
		case KBPF_BTF_ARRAY:
			in = enter_element(&p, t);
			break;
		default:
			in = false;
		}
	}
	if (p.off + p.unnamed)
		say(&p, "+%u", p.off + p.unnamed);
}
