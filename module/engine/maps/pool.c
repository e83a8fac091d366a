// SPDX-License-Identifier: GPL-2.0
/* Entries of a map, ahead of need; see pool.h. */
#include "maps/lock.h"
#include "maps/pool.h"

#define CHUNK_BYTES	(32U << 10)	/* what an interrupt can have, too */
#define AHEAD_BYTES	(4U << 20)
#define AHEAD_LAZY	(256U << 10)
#define AHEAD_MOST	(16U << 20)
#define MAX_BATCH	16U

static u32 entry_bytes(const struct kbpf_pool *pool)
{
	return pool->elem_size + pool->pcpu_size * nr_cpu_ids;
}

/* Where the values of the first CPU begin in a chunk. */
static size_t values_off(const struct kbpf_pool *pool)
{
	return round_up((size_t)pool->per_chunk * pool->elem_size, SMP_CACHE_BYTES);
}

static size_t chunk_bytes(const struct kbpf_pool *pool, u32 count)
{
	if (pool->pcpu_size)
		return values_off(pool) + (size_t)pool->plane * nr_cpu_ids;
	return (size_t)count * pool->elem_size;
}

static u32 read_ready(const struct kbpf_pool *pool)
{
	/* Pairs with publish(). */
	return smp_load_acquire(&pool->ready);
}

/* Entries that have memory and were never given out. */
static u32 in_stock(const struct kbpf_pool *pool)
{
	return read_ready(pool) - READ_ONCE(pool->next);
}

static bool may_grow(const struct kbpf_pool *pool)
{
	return READ_ONCE(pool->ready) < pool->capacity;
}

/* Make @mem the chunk after the first @ready entries, if it still is the next. */
static bool publish(struct kbpf_pool *pool, void *mem, u32 ready, u32 count)
{
	unsigned long irq;
	bool ours;

	if (!kbpf_map_lock(&pool->stock, &irq))
		return false;
	ours = pool->ready == ready;
	if (ours) {
		pool->chunks[ready / pool->per_chunk] = mem;
		/* The chunk is there before its entries. Pairs with read_ready(). */
		smp_store_release(&pool->ready, ready + count);
	}
	kbpf_map_unlock(&pool->stock, irq);
	return ours;
}

static void *chunk_alloc(const struct kbpf_pool *pool, size_t bytes, gfp_t gfp)
{
	bool waits = gfp == GFP_KERNEL;

	gfp |= __GFP_ACCOUNT | __GFP_NOWARN;
	if (waits)
		return kvzalloc_node(bytes, gfp, pool->node);
	return bytes <= CHUNK_BYTES ? kzalloc_node(bytes, gfp, pool->node) : NULL;
}

/* One more chunk. Return: 0, also when another was first; -ENOMEM. */
static int add_chunk(struct kbpf_pool *pool, gfp_t gfp)
{
	u32 ready = READ_ONCE(pool->ready), count, i;
	size_t bytes;
	u8 *mem;

	if (ready >= pool->capacity)
		return 0;
	count = min(pool->per_chunk, pool->capacity - ready);
	bytes = chunk_bytes(pool, count);
	mem = chunk_alloc(pool, bytes, gfp);
	if (!mem)
		return -ENOMEM;
	for (i = 0; pool->pcpu_size && i < count; i++)
		*(void **)(mem + (size_t)i * pool->elem_size + sizeof(struct kbpf_elem)) =
			mem + values_off(pool) + (size_t)i * pool->pcpu_size;
	if (publish(pool, mem, ready, count))
		atomic64_add(bytes, pool->memory);
	else
		kvfree(mem);
	return 0;
}

/* The fuller the map, the faster it may grow. */
static u32 wanted(const struct kbpf_pool *pool)
{
	return max(pool->headroom,
		   min(READ_ONCE(pool->ready) / 4, AHEAD_MOST / entry_bytes(pool)));
}

static int grow_to(struct kbpf_pool *pool, u32 want)
{
	int err = 0;

	mutex_lock(&pool->grow);
	while (!err && may_grow(pool) && in_stock(pool) < want) {
		err = add_chunk(pool, GFP_KERNEL);
		cond_resched();
	}
	mutex_unlock(&pool->grow);
	return err;
}

static void refill(struct kbpf_later *later)
{
	struct kbpf_pool *pool = container_of(later, struct kbpf_pool, refill);

	grow_to(pool, wanted(pool));
}

/*
 * In the interrupt that asks for the above, which may come too late: what was taken
 * since the last one, mostly. (On PREEMPT_RT a thread's turn, after the run.)
 */
static void refill_soon(struct kbpf_later *later)
{
	struct kbpf_pool *pool = container_of(later, struct kbpf_pool, refill);
	u32 low = wanted(pool) / 4;

	while (may_grow(pool) && in_stock(pool) <= low)
		if (add_chunk(pool, GFP_NOWAIT))
			break;
}

void kbpf_pool_prepare(struct kbpf_pool *pool)
{
	u32 low = min(pool->headroom, 2 * pool->batch);

	if (in_stock(pool) < low && may_grow(pool))
		grow_to(pool, wanted(pool));
}

bool kbpf_pool_more(struct kbpf_pool *pool)
{
	return may_grow(pool) && (!grow_to(pool, wanted(pool)) || in_stock(pool));
}

static void set_sizes(struct kbpf_pool *pool, bool lazy)
{
	u32 ahead = (lazy ? AHEAD_LAZY : AHEAD_BYTES) / entry_bytes(pool);

	pool->per_chunk = clamp_t(u32, CHUNK_BYTES / entry_bytes(pool), 1, pool->capacity);
	/* Room for the ends of entries and of values to be rounded up. */
	pool->plane = round_up(pool->per_chunk * pool->pcpu_size, SMP_CACHE_BYTES);
	while (pool->per_chunk > 1 && chunk_bytes(pool, pool->per_chunk) > CHUNK_BYTES) {
		pool->per_chunk--;
		pool->plane = round_up(pool->per_chunk * pool->pcpu_size, SMP_CACHE_BYTES);
	}
	pool->nr_chunks = DIV_ROUND_UP(pool->capacity, pool->per_chunk);
	pool->batch = clamp_t(u32, pool->capacity / (4 * num_possible_cpus()), 1,
			      clamp_t(u32, ahead / 4, 1, MAX_BATCH));
	pool->headroom = min(max(ahead, 2 * pool->batch), pool->capacity);
}

int kbpf_pool_init(struct kbpf_pool *pool, bool lazy)
{
	int cpu;

	mutex_init(&pool->grow);
	raw_spin_lock_init(&pool->stock);
	kbpf_later_init(&pool->refill, refill);
	pool->refill.soon = refill_soon;
	kbpf_later_bill(&pool->refill);
	set_sizes(pool, lazy);
	pool->cpu = alloc_percpu_gfp(struct kbpf_pool_cpu, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!pool->cpu)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		init_llist_head(&per_cpu_ptr(pool->cpu, cpu)->free);
		raw_spin_lock_init(&per_cpu_ptr(pool->cpu, cpu)->lock);
	}
	pool->chunks = kvcalloc(pool->nr_chunks, sizeof(*pool->chunks),
				GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!pool->chunks)
		return -ENOMEM;
	atomic64_add((u64)pool->nr_chunks * sizeof(*pool->chunks), pool->memory);
	return grow_to(pool, pool->headroom);
}

void kbpf_pool_exit(struct kbpf_pool *pool)
{
	u32 i;

	kbpf_later_cancel(&pool->refill);
	for (i = 0; pool->chunks && i < pool->nr_chunks; i++)
		kvfree(pool->chunks[i]);
	kvfree(pool->chunks);
	free_percpu(pool->cpu);
	mutex_destroy(&pool->grow);
}

/* Take a batch out of the stock: one to return, the others to this CPU's list. */
static struct kbpf_elem *carve(struct kbpf_pool *pool)
{
	u32 first, n, left;

	if (!in_stock(pool))
		return ERR_PTR(may_grow(pool) ? -ENOMEM : -E2BIG);
	if (!kbpf_map_lock_inner(&pool->stock))
		return ERR_PTR(-EBUSY);
	first = pool->next;
	left = read_ready(pool) - first;
	n = min(left, pool->batch);
	WRITE_ONCE(pool->next, first + n);
	kbpf_map_unlock_inner(&pool->stock);
	if (left - n < wanted(pool) / 2 && may_grow(pool))
		kbpf_later_queue(&pool->refill);
	if (!n)
		return ERR_PTR(may_grow(pool) ? -ENOMEM : -E2BIG);
	while (--n)
		kbpf_pool_put(pool, kbpf_pool_at(pool, first + n));
	return kbpf_pool_at(pool, first);
}

static struct kbpf_elem *take_from(struct kbpf_pool_cpu *c)
{
	struct llist_node *node;

	if (llist_empty(&c->free))
		return NULL;
	if (!kbpf_map_lock_inner(&c->lock))
		return ERR_PTR(-EBUSY);
	node = llist_del_first(&c->free);
	kbpf_map_unlock_inner(&c->lock);
	return node ? container_of(node, struct kbpf_elem, free) : NULL;
}

static struct kbpf_elem *take_from_others(struct kbpf_pool *pool, int err)
{
	struct kbpf_elem *e;
	int cpu;

	for_each_possible_cpu(cpu) {
		e = take_from(per_cpu_ptr(pool->cpu, cpu));
		if (!IS_ERR_OR_NULL(e))
			return e;
		if (e)
			err = -EBUSY;
	}
	return ERR_PTR(err);
}

struct kbpf_elem *kbpf_pool_get(struct kbpf_pool *pool)
{
	struct kbpf_elem *e = take_from(this_cpu_ptr(pool->cpu));

	if (!IS_ERR_OR_NULL(e))
		return e;
	e = carve(pool);
	if (!IS_ERR(e))
		return e;
	if (PTR_ERR(e) == -ENOMEM)
		kbpf_later_queue(&pool->refill);
	return take_from_others(pool, PTR_ERR(e));
}

void kbpf_pool_put(struct kbpf_pool *pool, struct kbpf_elem *elem)
{
	llist_add(&elem->free, &this_cpu_ptr(pool->cpu)->free);
}
