// SPDX-License-Identifier: GPL-2.0
/*
 * BTF, as a module's test and as a program: blobs put together record by record,
 * each wrong in one way; what libbpf probes with; walking; and damaged blobs.
 */
#include <kunit/test.h>
#include "btf/btf.h"

#define MAX_BLOB	4096

/* A blob being put together: words of types, then strings. */
struct blob {
	u32 types[256];
	u32 words;
	char strs[512];
	u32 str_len;
	u8 raw[MAX_BLOB];
	char why[256];
};

static struct blob *blob_new(void)
{
	struct blob *b = kvzalloc(sizeof(*b), GFP_KERNEL);

	if (b)
		b->str_len = 1;
	return b;
}

static u32 str(struct blob *b, const char *s)
{
	u32 at = b->str_len;

	if (!*s)
		return 0;
	strscpy(b->strs + at, s, sizeof(b->strs) - at);
	b->str_len += strlen(s) + 1;
	return at;
}

static void word(struct blob *b, u32 w)
{
	b->types[b->words++] = w;
}

static void type(struct blob *b, const char *name, u32 kind, u32 vlen, u32 size)
{
	word(b, str(b, name));
	word(b, kind << 24 | vlen);
	word(b, size);
}

static void words3(struct blob *b, u32 x, u32 y, u32 z)
{
	word(b, x);
	word(b, y);
	word(b, z);
}

/* [1] INT "int" */
static void add_int(struct blob *b)
{
	type(b, "int", KBPF_BTF_INT, 0, 4);
	word(b, 1 << 24 | 32);
}

static u32 assemble(struct blob *b)
{
	u32 hdr[6] = { 1 << 16 | 0xeb9f, 24, 0, b->words * 4, b->words * 4, b->str_len };

	memcpy(b->raw, hdr, 24);
	memcpy(b->raw + 24, b->types, b->words * 4);
	memcpy(b->raw + 24 + b->words * 4, b->strs, b->str_len);
	return 24 + b->words * 4 + b->str_len;
}

static struct kbpf_btf *parse_raw(struct blob *b, u32 size)
{
	void *data = kvmemdup(b->raw, size ? size : 1, GFP_KERNEL);
	struct kbpf_log log;
	struct kbpf_btf *btf;

	if (!data || kbpf_log_init(&log, 1, 4096)) {
		kvfree(data);
		return ERR_PTR(-ENOMEM);
	}
	btf = kbpf_btf_parse(data, size, &log);
	strscpy(b->why, log.pos ? kbpf_log_text(&log) : "", sizeof(b->why));
	kbpf_log_exit(&log);
	if (IS_ERR(btf))
		kvfree(data);
	return btf;
}

/* Parse and free: 0 or the error. */
static long verdict(struct blob *b)
{
	struct kbpf_btf *btf = parse_raw(b, assemble(b));

	if (IS_ERR(btf))
		return PTR_ERR(btf);
	kbpf_object_put(&btf->obj);
	return 0;
}

/*
 * One record after an int, given as words: name kind vlen size, then its own.
 * Name "" is none; "?" an identifier that is wrong.
 */
struct row {
	const char *what;
	const char *name;
	u32 info;
	u32 size;
	u32 more[9];
	u32 nr_more;
	long err;
	const char *why;
};

#define I(kind, vlen)	((u32)KBPF_BTF_##kind << 24 | (vlen))
#define KFLAG		(1U << 31)
#define W(...)		{ __VA_ARGS__ }, sizeof((u32[]){ __VA_ARGS__ }) / 4
#define NONE		{ 0 }, 0

static const struct row rows[] = {
	/* what libbpf's probes and programs use */
	{ "char", "char", I(INT, 0), 1, W(0x01000008), 0, "" },
	{ "pointer to void", "", I(PTR, 0), 0, NONE, 0, "" },
	{ "pointer to int", "", I(PTR, 0), 1, NONE, 0, "" },
	{ "array", "", I(ARRAY, 0), 0, W(1, 1, 10), 0, "" },
	{ "flexible array", "", I(ARRAY, 0), 0, W(1, 1, 0), 0, "" },
	{ "struct", "s", I(STRUCT, 2), 8, W(0, 1, 0, 0, 1, 32), 0, "" },
	{ "bit-fields", "s", I(STRUCT, 2) | KFLAG, 4, W(0, 1, 3 << 24, 0, 1, 5 << 24 | 3), 0, "" },
	{ "union", "u", I(UNION, 2), 4, W(0, 1, 0, 0, 1, 0), 0, "" },
	{ "empty struct", "", I(STRUCT, 0), 0, NONE, 0, "" },
	{ "enum", "e", I(ENUM, 1), 4, W(1, 0xffffffff), 0, "" },
	{ "signed enum", "e", I(ENUM, 1) | KFLAG, 4, W(1, 0xffffffff), 0, "" },
	{ "enum64", "e", I(ENUM64, 1) | KFLAG, 8, W(1, 1, 2), 0, "" },
	{ "forward", "f", I(FWD, 0), 0, NONE, 0, "" },
	{ "forward union", "f", I(FWD, 0) | KFLAG, 0, NONE, 0, "" },
	{ "typedef", "t", I(TYPEDEF, 0), 1, NONE, 0, "" },
	{ "typedef of void", "t", I(TYPEDEF, 0), 0, NONE, 0, "" },
	{ "const", "", I(CONST, 0), 1, NONE, 0, "" },
	{ "type tag", "user", I(TYPE_TAG, 0), 1, NONE, 0, "" },
	{ "prototype", "", I(FUNC_PROTO, 2), 1, W(1, 1, 0, 0), 0, "" },
	{ "float", "f", I(FLOAT, 0), 4, NONE, 0, "" },
	{ "variable", "v", I(VAR, 0), 1, W(1), 0, "" },
	{ "empty section", ".x", I(DATASEC, 0), 4, NONE, 0, "" },
	{ "section name", ".data.?bla/1 *", I(DATASEC, 0), 4, NONE, 0, "" },

	/* wrong in one way each */
	{ "kind 0", "", 0, 0, NONE, -EINVAL, "no such kind" },
	{ "kind 20", "", 20 << 24, 0, NONE, -EINVAL, "no such kind" },
	{ "reserved info", "", I(PTR, 0) | 1 << 16, 0, NONE, -EINVAL, "reserved bits" },
	{ "int vlen", "i", I(INT, 1), 4, W(32), -EINVAL, "vlen" },
	{ "int kind flag", "i", I(INT, 0) | KFLAG, 4, W(32), -EINVAL, "kind flag" },
	{ "int too small", "i", I(INT, 0), 4, W(33), -EINVAL, "do not fit" },
	{ "int 129 bits", "i", I(INT, 0), 32, W(129), -EINVAL, "do not fit" },
	{ "int encoding", "i", I(INT, 0), 4, W(3 << 24 | 32), -EINVAL, "encoding" },
	{ "int reserved", "i", I(INT, 0), 4, W(1 << 31 | 32), -EINVAL, "reserved" },
	{ "int cut", "i", I(INT, 0), 4, NONE, -EINVAL, "bytes needed" },
	{ "pointer name", "p", I(PTR, 0), 1, NONE, -EINVAL, "invalid name" },
	{ "pointer out", "", I(PTR, 0), 99, NONE, -EINVAL, "refers to type 99" },
	{ "pointer to itself", "", I(PTR, 0), 2, NONE, -EINVAL, "loop" },
	{ "const of itself", "", I(CONST, 0), 2, NONE, -EINVAL, "loop" },
	{ "typedef of itself", "t", I(TYPEDEF, 0), 2, NONE, -EINVAL, "loop" },
	{ "typedef without name", "", I(TYPEDEF, 0), 1, NONE, -EINVAL, "invalid name" },
	{ "array of itself", "", I(ARRAY, 0), 0, W(2, 1, 1), -EINVAL, "loop" },
	{ "array of void", "", I(ARRAY, 0), 0, W(0, 1, 1), -EINVAL, "void" },
	{ "array index void", "", I(ARRAY, 0), 0, W(1, 0, 1), -EINVAL, "void" },
	{ "array index out", "", I(ARRAY, 0), 0, W(1, 77, 1), -EINVAL, "refers to" },
	{ "array too large", "", I(ARRAY, 0), 0, W(1, 1, 0x40000000), -EINVAL, "too large" },
	{ "array size", "", I(ARRAY, 0), 4, W(1, 1, 1), -EINVAL, "size" },
	{ "struct in itself", "s", I(STRUCT, 1), 4, W(0, 2, 0), -EINVAL, "loop" },
	{ "member void", "s", I(STRUCT, 1), 4, W(0, 0, 0), -EINVAL, "void" },
	{ "member out", "s", I(STRUCT, 1), 4, W(0, 9, 0), -EINVAL, "refers to" },
	{ "member past end", "s", I(STRUCT, 1), 4, W(0, 1, 8), -EINVAL, "outside" },
	{ "member offset", "s", I(STRUCT, 1), 4, W(0, 1, 0xffffffff), -EINVAL, "outside" },
	{ "members backwards", "s", I(STRUCT, 2), 8, W(0, 1, 32, 0, 1, 0), -EINVAL, "below" },
	{ "member name", "s", I(STRUCT, 1), 4, W(9999, 1, 0), -EINVAL, "invalid name" },
	{ "union offset", "u", I(UNION, 1), 8, W(0, 1, 32), -EINVAL, "union" },
	{ "bit-field too wide", "s", I(STRUCT, 1) | KFLAG, 8, W(0, 1, 33 << 24), -EINVAL, "bits of" },
	{ "struct name", "1s", I(STRUCT, 0), 0, NONE, -EINVAL, "invalid name" },
	{ "enum size", "e", I(ENUM, 0), 3, NONE, -EINVAL, "size 3" },
	{ "enumerator name", "e", I(ENUM, 1), 4, W(0, 0), -EINVAL, "enumerator" },
	{ "forward name", "", I(FWD, 0), 0, NONE, -EINVAL, "invalid name" },
	{ "forward size", "f", I(FWD, 0), 1, NONE, -EINVAL, "size" },
	{ "func of int", "f", I(FUNC, 0), 1, NONE, -EINVAL, "no FUNC_PROTO" },
	{ "func linkage", "f", I(FUNC, 2), 1, NONE, -EINVAL, "linkage" },
	{ "func out", "f", I(FUNC, 0), 50, NONE, -EINVAL, "no FUNC_PROTO" },
	{ "parameter void", "", I(FUNC_PROTO, 2), 0, W(0, 0, 1, 1), -EINVAL, "void" },
	{ "parameter out", "", I(FUNC_PROTO, 1), 0, W(0, 50), -EINVAL, "no size" },
	{ "return out", "", I(FUNC_PROTO, 0), 50, NONE, -EINVAL, "cannot return" },
	{ "variable void", "v", I(VAR, 0), 0, W(0), -EINVAL, "void" },
	{ "variable extern", "v", I(VAR, 0), 1, W(2), -EINVAL, "linkage" },
	{ "variable of itself", "v", I(VAR, 0), 2, W(0), -EINVAL, "loop" },
	{ "section size 0", ".x", I(DATASEC, 0), 0, NONE, -EINVAL, "size 0" },
	{ "section of int", ".x", I(DATASEC, 1), 4, W(1, 0, 4), -EINVAL, "no VAR" },
	{ "section past end", ".x", I(DATASEC, 1), 4, W(1, 0, 5), -EINVAL, "does not fit" },
	{ "section wraps", ".x", I(DATASEC, 1), 4, W(1, 3, 0xffffffff), -EINVAL, "does not fit" },
	{ "section overlap", ".x", I(DATASEC, 2), 8, W(1, 0, 4, 1, 3, 4), -EINVAL, "overlaps" },
	{ "float size", "f", I(FLOAT, 0), 5, NONE, -EINVAL, "size 5" },
	{ "tag of int", "t", I(DECL_TAG, 0), 1, W(0xffffffff), -EINVAL, "cannot tag" },
	{ "tag component", "t", I(DECL_TAG, 0), 1, W(0xfffffffe), -EINVAL, "component" },
	{ "tag empty", "", I(TYPE_TAG, 0), 1, NONE, -EINVAL, "invalid name" },
};

static void test_records(struct kunit *test)
{
	struct blob *b;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		long err;

		b = blob_new();
		KUNIT_ASSERT_NOT_NULL(test, b);
		add_int(b);
		word(b, str(b, r->name));
		word(b, r->info);
		word(b, r->size);
		for (j = 0; j < r->nr_more; j++)
			word(b, r->more[j]);
		err = verdict(b);
		if (err != r->err || !strstr(b->why, r->why))
			KUNIT_FAIL(test, "%s: %ld, %s", r->what, err, b->why);
		kvfree(b);
	}
}

static void test_header(struct kunit *test)
{
	struct blob *b = blob_new();
	u32 size, i;
	long err;

	KUNIT_ASSERT_NOT_NULL(test, b);
	add_int(b);
	size = assemble(b);
	/* Cut anywhere it is refused; a byte changed in the header, too. */
	for (i = 0; i < size; i++) {
		struct kbpf_btf *btf = parse_raw(b, i);

		KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(btf), -EINVAL);
	}
	for (i = 0; i < 24; i++) {
		struct kbpf_btf *btf;

		assemble(b);
		b->raw[i] ^= 0x40;
		btf = parse_raw(b, size);
		KUNIT_EXPECT_TRUE(test, IS_ERR(btf));
	}
	/* A longer header is fine while what we do not know is zero. */
	for (i = 0; i < 2; i++) {
		struct kbpf_btf *btf;

		assemble(b);
		memmove(b->raw + 32, b->raw + 24, size - 24);
		memset(b->raw + 24, 0, 8);
		b->raw[4] = 32;
		b->raw[30] = i;
		btf = parse_raw(b, size + 8);
		err = PTR_ERR_OR_ZERO(btf);
		KUNIT_EXPECT_EQ(test, err, i ? -E2BIG : 0);
		if (!err)
			kbpf_object_put(&btf->obj);
	}
	kvfree(b);
}

/* Longest chains: as deep as allowed is fine, one more is not. */
static long chain(struct kunit *test, u32 kind, u32 depth, bool upwards)
{
	struct blob *b = blob_new();
	long err;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, b);
	add_int(b);
	for (i = 0; i < depth; i++)
		type(b, "", kind, 0, upwards ? i + 1 : (i + 1 == depth ? 1 : i + 3));
	err = verdict(b);
	kvfree(b);
	return err;
}

static void test_depth(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, chain(test, KBPF_BTF_CONST, KBPF_BTF_MAX_DEPTH - 1, true), 0);
	KUNIT_EXPECT_EQ(test, chain(test, KBPF_BTF_CONST, KBPF_BTF_MAX_DEPTH, true), -E2BIG);
	KUNIT_EXPECT_EQ(test, chain(test, KBPF_BTF_CONST, KBPF_BTF_MAX_DEPTH - 1, false), 0);
	KUNIT_EXPECT_EQ(test, chain(test, KBPF_BTF_CONST, KBPF_BTF_MAX_DEPTH, false), -E2BIG);
	KUNIT_EXPECT_EQ(test, chain(test, KBPF_BTF_PTR, KBPF_BTF_MAX_DEPTH, true), -E2BIG);
	KUNIT_EXPECT_EQ(test, chain(test, KBPF_BTF_PTR, KBPF_BTF_MAX_DEPTH - 1, true), 0);
}

/* struct s { int a; struct { int slots[4]; int k:3, l:5; }; union { int x; char y; } u; } */
static struct blob *walk_blob(void)
{
	struct blob *b = blob_new();

	if (!b)
		return NULL;
	add_int(b);						/* 1 */
	type(b, "", KBPF_BTF_ARRAY, 0, 0);			/* 2 */
	words3(b, 1, 1, 4);
	type(b, "", KBPF_BTF_STRUCT, 3, 20);			/* 3 */
	b->types[b->words - 2] |= KFLAG;
	words3(b, str(b, "slots"), 2, 0);
	words3(b, str(b, "k"), 1, 3 << 24 | 128);
	words3(b, str(b, "l"), 1, 5 << 24 | 131);
	type(b, "", KBPF_BTF_UNION, 2, 4);			/* 4 */
	words3(b, str(b, "x"), 1, 0);
	words3(b, str(b, "y"), 1, 0);
	type(b, "s", KBPF_BTF_STRUCT, 3, 28);			/* 5 */
	words3(b, str(b, "a"), 1, 0);
	words3(b, 0, 3, 32);
	words3(b, str(b, "u"), 4, 192);
	type(b, "s_t", KBPF_BTF_TYPEDEF, 0, 5);			/* 6 */
	type(b, "v", KBPF_BTF_VAR, 0, 6);			/* 7 */
	word(b, 1);
	type(b, ".bss", KBPF_BTF_DATASEC, 1, 40);		/* 8 */
	words3(b, 7, 8, 28);
	type(b, "s", KBPF_BTF_FWD, 0, 0);			/* 9 */
	return b;
}

static void test_walk(struct kunit *test)
{
	static const struct { u32 id, off; const char *want; } at[] = {
		{ 5, 0, ".a" }, { 5, 4, ".slots[0]" }, { 5, 16, ".slots[3]" },
		{ 5, 18, ".slots[3]+2" }, { 5, 20, ".k" }, { 5, 21, "+21" }, { 5, 24, ".u.x" },
		{ 5, 28, "+28" }, { 6, 8, ".slots[1]" }, { 8, 8, "v.a" }, { 8, 12, "v.slots[0]" },
		{ 8, 0, "" }, { 8, 39, "+39" }, { 1, 0, "" }, { 1, 3, "+3" }, { 0, 5, "+5" },
		{ 4096, 0, "" },
	};
	struct blob *b = walk_blob();
	struct kbpf_btf *btf;
	char buf[32];
	u32 i, id = 6;

	KUNIT_ASSERT_NOT_NULL(test, b);
	btf = parse_raw(b, assemble(b));
	if (IS_ERR(btf))
		KUNIT_FAIL(test, "%s", b->why);
	KUNIT_ASSERT_FALSE(test, IS_ERR(btf));
	KUNIT_EXPECT_EQ(test, kbpf_btf_find(btf, "s", KBPF_BTF_STRUCT), 5);
	KUNIT_EXPECT_EQ(test, kbpf_btf_find(btf, "s", KBPF_BTF_FWD), 9);
	KUNIT_EXPECT_EQ(test, kbpf_btf_find(btf, "s", KBPF_BTF_UNION), -ENOENT);
	KUNIT_EXPECT_EQ(test, kbpf_btf_find(btf, "nope", KBPF_BTF_STRUCT), -ENOENT);
	KUNIT_EXPECT_EQ(test, kbpf_btf_size(btf, 6), 28);
	KUNIT_EXPECT_EQ(test, kbpf_btf_size(btf, 2), 16);
	KUNIT_EXPECT_EQ(test, kbpf_btf_size(btf, 8), 40);
	KUNIT_EXPECT_EQ(test, kbpf_btf_size(btf, 7), 28);
	KUNIT_EXPECT_EQ(test, kbpf_btf_size(btf, 9), -EINVAL);
	KUNIT_EXPECT_EQ(test, kbpf_btf_size(btf, 0), -EINVAL);
	KUNIT_EXPECT_PTR_EQ(test, kbpf_btf_skip(btf, &id), kbpf_btf_type(btf, 5));
	KUNIT_EXPECT_EQ(test, id, 5);
	KUNIT_EXPECT_NULL(test, kbpf_btf_type(btf, 0));
	KUNIT_EXPECT_NULL(test, kbpf_btf_type(btf, 10));
	KUNIT_EXPECT_STREQ(test, kbpf_btf_name(btf, 0xffffffff), "");
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		kbpf_btf_describe(btf, at[i].id, at[i].off, buf, sizeof(buf));
		KUNIT_EXPECT_STREQ(test, buf, at[i].want);
	}
	kbpf_btf_describe(btf, 5, 16, buf, 5);
	KUNIT_EXPECT_STREQ(test, buf, ".slo");
	kbpf_object_put(&btf->obj);
	kvfree(b);
}

static u64 rnd_state = 7;
static u32 rnd(u32 below)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return (u32)(rnd_state >> 20) % below;
}

/* Whatever is accepted can be walked from end to end. */
static u32 walk_all(const struct kbpf_btf *btf)
{
	char buf[64];
	u32 id, off, sum = 0;

	for (id = 0; id < btf->nr_types; id++) {
		sum += kbpf_btf_size(btf, id);
		for (off = 0; off < 48; off += 5) {
			kbpf_btf_describe(btf, id, off, buf, sizeof(buf));
			sum += buf[0];
		}
	}
	return sum;
}

static void test_damaged(struct kunit *test)
{
	struct blob *b = walk_blob();
	u32 size, i, n, accepted = 0, sum = 0;

	KUNIT_ASSERT_NOT_NULL(test, b);
	size = assemble(b);
	for (i = 0; i < 20000; i++) {
		struct kbpf_btf *btf;

		assemble(b);
		for (n = rnd(3) + 1; n; n--)
			b->raw[rnd(2) ? 24 + rnd(size - 24) : rnd(size)] ^=
				rnd(2) ? 1U << rnd(8) : rnd(256);
		btf = parse_raw(b, rnd(8) ? size : rnd(size));
		if (IS_ERR(btf))
			continue;
		accepted++;
		sum += walk_all(btf);
		kbpf_object_put(&btf->obj);
	}
	kunit_info(test, "%u accepted, %u", accepted, sum & 1);
	KUNIT_EXPECT_GT(test, accepted, 100);
	kvfree(b);
}

static struct kunit_case btf_cases[] = {
	KUNIT_CASE(test_records),
	KUNIT_CASE(test_header),
	KUNIT_CASE(test_depth),
	KUNIT_CASE(test_walk),
	KUNIT_CASE(test_damaged),
	{ }
};

static struct kunit_suite btf_suite = {
	.name = "kbpf_btf",
	.test_cases = btf_cases,
};

kunit_test_suite(btf_suite);
