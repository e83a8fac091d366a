// SPDX-License-Identifier: GPL-2.0
/* Entries of a map, ahead of need; see pool.h. */
#include "maps/lock.h"
#include "maps/pool.h"

#define CHUNK_BYTES	(64U << 10)
#define PCPU_CHUNK	(32U << 10)	/* what the kernel's per-CPU allocator takes */
#define AHEAD_BYTES	(4U << 20)
#define AHEAD_LAZY	(256U << 10)
#define AHEAD_MOST	(16U << 20)
#define MAX_BATCH	16U

static u32 entry_bytes(const struct kbpf_pool *pool)
{
	return pool->elem_size + pool->pcpu_size * num_possible_cpus();
}

static int alloc_chunk(struct kbpf_pool *pool, u32 n)
{
	u32 count = min(1U << pool->shift, pool->capacity - (n << pool->shift)), i;
	void __percpu *pcpu = NULL;
	u8 *mem;

	mem = kvcalloc(count, pool->elem_size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!mem)
		return -ENOMEM;
	if (pool->pcpu_size) {
		pcpu = __alloc_percpu_gfp((size_t)count * pool->pcpu_size, 8,
					  GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!pcpu) {
			kvfree(mem);
			return -ENOMEM;
		}
		for (i = 0; i < count; i++)
			*kbpf_elem_pcpu((void *)(mem + (size_t)i * pool->elem_size)) =
				pcpu + i * pool->pcpu_size;
		pool->pcpu[n] = pcpu;
	}
	pool->chunks[n] = mem;
	atomic64_add((u64)count * entry_bytes(pool), pool->memory);
	/* Pairs with read_ready(): the chunk is there before its entries. */
	smp_store_release(&pool->ready, pool->ready + count);
	return 0;
}

static u32 read_ready(const struct kbpf_pool *pool)
{
	/* Pairs with alloc_chunk(). */
	return smp_load_acquire(&pool->ready);
}

/* Entries that have memory and were never given out. */
static u32 in_stock(const struct kbpf_pool *pool)
{
	return read_ready(pool) - READ_ONCE(pool->next);
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
	while (!err && pool->ready < pool->capacity && in_stock(pool) < want) {
		err = alloc_chunk(pool, pool->ready >> pool->shift);
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

void kbpf_pool_prepare(struct kbpf_pool *pool)
{
	u32 low = min(pool->headroom, 2 * pool->batch);

	if (in_stock(pool) < low && READ_ONCE(pool->ready) < pool->capacity)
		grow_to(pool, wanted(pool));
}

static void set_sizes(struct kbpf_pool *pool, bool lazy)
{
	u32 per_chunk = CHUNK_BYTES / pool->elem_size, ahead;

	if (pool->pcpu_size)
		per_chunk = min(per_chunk, PCPU_CHUNK / pool->pcpu_size);
	pool->shift = per_chunk > 1 ? ilog2(per_chunk) : 0;
	pool->nr_chunks = DIV_ROUND_UP((u64)pool->capacity, 1U << pool->shift);
	ahead = (lazy ? AHEAD_LAZY : AHEAD_BYTES) / entry_bytes(pool);
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
	if (pool->pcpu_size) {
		pool->pcpu = kvcalloc(pool->nr_chunks, sizeof(*pool->pcpu),
				      GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!pool->pcpu)
			return -ENOMEM;
	}
	return grow_to(pool, pool->headroom);
}

void kbpf_pool_exit(struct kbpf_pool *pool)
{
	u32 i;

	kbpf_later_cancel(&pool->refill);
	for (i = 0; pool->pcpu && i < pool->nr_chunks; i++)
		free_percpu(pool->pcpu[i]);
	for (i = 0; pool->chunks && i < pool->nr_chunks; i++)
		kvfree(pool->chunks[i]);
	kvfree(pool->pcpu);
	kvfree(pool->chunks);
	free_percpu(pool->cpu);
	mutex_destroy(&pool->grow);
}

/* Take a batch out of the stock: one to return, the others to this CPU's list. */
static struct kbpf_elem *carve(struct kbpf_pool *pool)
{
	u32 first, n, left;

	if (!in_stock(pool))
		return ERR_PTR(READ_ONCE(pool->ready) < pool->capacity ? -ENOMEM : -E2BIG);
	if (!kbpf_map_lock_inner(&pool->stock))
		return ERR_PTR(-EBUSY);
	first = pool->next;
	left = read_ready(pool) - first;
	n = min(left, pool->batch);
	WRITE_ONCE(pool->next, first + n);
	kbpf_map_unlock_inner(&pool->stock);
	if (left - n < wanted(pool) / 2 && READ_ONCE(pool->ready) < pool->capacity)
		kbpf_later_queue(&pool->refill);
	if (!n)
		return ERR_PTR(READ_ONCE(pool->ready) < pool->capacity ? -ENOMEM : -E2BIG);
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
