// SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause
/*
 * Compiled against a kernel's headers by kbpf btf generate, and never run: its
 * debugging information has all types that these headers define. They are what
 * tracing tools read; more of them do no harm. Beside the kernel's own types:
 *
 *	btf_trace_X	type of tracepoint X, as libbpf looks it up
 *	kbpf_function_X	type of function X, which becomes a function of that name
 */
#include <linux/bio.h>
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/oom.h>
#include <linux/pagemap.h>
#include <linux/path.h>
#include <linux/perf_event.h>
#include <linux/pid_namespace.h>
#include <linux/pipe_fs_i.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/sched/cputime.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/stat.h>
#include <linux/syscalls.h>
#include <linux/tcp.h>
#include <linux/trace_events.h>
#include <linux/uio.h>
#include <linux/utsname.h>
#include <linux/vmstat.h>
#include <linux/workqueue.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/udp.h>

/* The tracepoints: the declarations first, then once more for what is behind them. */
#include <trace/events/block.h>
#include <trace/events/irq.h>
#include <trace/events/kmem.h>
#include <trace/events/napi.h>
#include <trace/events/net.h>
#include <trace/events/oom.h>
#include <trace/events/power.h>
#include <trace/events/sched.h>
#include <trace/events/signal.h>
#include <trace/events/skb.h>
#include <trace/events/sock.h>
#include <trace/events/syscalls.h>
#include <trace/events/task.h>
#include <trace/events/tcp.h>
#include <trace/events/timer.h>
#include <trace/events/vmscan.h>
#include <trace/events/workqueue.h>
#include <trace/events/writeback.h>

#define TRACE_HEADER_MULTI_READ

#undef TRACE_DEFINE_ENUM
#undef TRACE_DEFINE_SIZEOF
#define TRACE_DEFINE_ENUM(a)
#define TRACE_DEFINE_SIZEOF(a)

#undef DECLARE_EVENT_CLASS
#undef DEFINE_EVENT
#undef DEFINE_EVENT_FN
#undef DEFINE_EVENT_PRINT
#undef DEFINE_EVENT_CONDITION
#undef DEFINE_EVENT_NOP
#undef DECLARE_EVENT_NOP
#undef DECLARE_TRACE
#undef DECLARE_TRACE_CONDITION
#undef TRACE_EVENT
#undef TRACE_EVENT_CONDITION
#undef TRACE_EVENT_FN
#undef TRACE_EVENT_FN_COND
#undef TRACE_EVENT_NOP
#undef TRACE_EVENT_FLAGS
#undef TRACE_EVENT_PERF_PERM

#include <trace/stages/stage1_struct_define.h>

#define POINT(name, proto)	typedef void (*btf_trace_##name)(void *__data, proto);
#define RECORD(name, tstruct)		\
	struct trace_event_raw_##name {	\
		struct trace_entry ent;	\
		tstruct			\
		char __data[];		\
	};

#define DECLARE_EVENT_CLASS(name, proto, args, tstruct, assign, print) RECORD(name, PARAMS(tstruct))
#define DEFINE_EVENT(template, name, proto, args) POINT(name, PARAMS(proto))
#define DEFINE_EVENT_FN(template, name, proto, args, reg, unreg) POINT(name, PARAMS(proto))
#define DEFINE_EVENT_PRINT(template, name, proto, args, print) POINT(name, PARAMS(proto))
#define DEFINE_EVENT_CONDITION(template, name, proto, args, cond) POINT(name, PARAMS(proto))
#define DEFINE_EVENT_NOP(template, name, proto, args)
#define DECLARE_EVENT_NOP(name, proto, args)
#define DECLARE_TRACE(name, proto, args) POINT(name, PARAMS(proto))
#define DECLARE_TRACE_CONDITION(name, proto, args, cond) POINT(name, PARAMS(proto))
#define TRACE_EVENT(name, proto, args, tstruct, assign, print) \
	RECORD(name, PARAMS(tstruct)) POINT(name, PARAMS(proto))
#define TRACE_EVENT_CONDITION(name, proto, args, cond, tstruct, assign, print) \
	RECORD(name, PARAMS(tstruct)) POINT(name, PARAMS(proto))
#define TRACE_EVENT_FN(name, proto, args, tstruct, assign, print, reg, unreg) \
	RECORD(name, PARAMS(tstruct)) POINT(name, PARAMS(proto))
#define TRACE_EVENT_FN_COND(name, proto, args, cond, tstruct, assign, print, reg, unreg) \
	RECORD(name, PARAMS(tstruct)) POINT(name, PARAMS(proto))
#define TRACE_EVENT_NOP(name, proto, args, struct, assign, print)
#define TRACE_EVENT_FLAGS(event, flag)
#define TRACE_EVENT_PERF_PERM(event, expr...)

#include <trace/events/block.h>
#include <trace/events/irq.h>
#include <trace/events/kmem.h>
#include <trace/events/napi.h>
#include <trace/events/net.h>
#include <trace/events/oom.h>
#include <trace/events/power.h>
#include <trace/events/sched.h>
#include <trace/events/signal.h>
#include <trace/events/skb.h>
#include <trace/events/sock.h>
#include <trace/events/syscalls.h>
#include <trace/events/task.h>
#include <trace/events/tcp.h>
#include <trace/events/timer.h>
#include <trace/events/vmscan.h>
#include <trace/events/workqueue.h>
#include <trace/events/writeback.h>

/* Functions that programs are put at, of those that headers declare. */
#define FUNCTION(name)	typedef typeof(name) kbpf_function_##name;

FUNCTION(vfs_getattr)
FUNCTION(vfs_read)
FUNCTION(vfs_write)
FUNCTION(vfs_fsync_range)
FUNCTION(vfs_create)
FUNCTION(vfs_unlink)
FUNCTION(vfs_statfs)
FUNCTION(tcp_v4_connect)
FUNCTION(tcp_rcv_state_process)
FUNCTION(tcp_rcv_established)
FUNCTION(tcp_v4_syn_recv_sock)
FUNCTION(mutex_trylock)
FUNCTION(mutex_unlock)
FUNCTION(down_read_trylock)
FUNCTION(down_write_trylock)
FUNCTION(down_read)
FUNCTION(down_write)
FUNCTION(up_read)
FUNCTION(up_write)
