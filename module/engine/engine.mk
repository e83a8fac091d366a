# SPDX-License-Identifier: GPL-2.0
# Objects of the engine, relative to module/engine; read by the module's Kbuild
# and by userspace/Makefile. One line a room.
KBPF_ENGINE_OBJS :=
KBPF_ENGINE_OBJS += log.o object.o
KBPF_ENGINE_OBJS += isa/opcode.o isa/disasm.o isa/eval.o
KBPF_ENGINE_OBJS += helpers/proto.o helpers/kfunc.o
KBPF_ENGINE_OBJS += progtype/progtype.o
KBPF_ENGINE_OBJS += verifier/tnum.o verifier/range.o verifier/word.o verifier/scalar.o
KBPF_ENGINE_OBJS += verifier/value.o verifier/state.o verifier/link.o
KBPF_ENGINE_OBJS += verifier/cfg.o verifier/resolve.o verifier/where.o verifier/live.o verifier/within.o verifier/prune.o
KBPF_ENGINE_OBJS += verifier/converge.o verifier/may_goto.o verifier/kfunc.o verifier/typed.o verifier/iter.o verifier/global.o
KBPF_ENGINE_OBJS += verifier/step.o verifier/do_alu.o verifier/mem.o verifier/do_mem.o verifier/do_branch.o
KBPF_ENGINE_OBJS += verifier/args.o verifier/do_call.o verifier/callback.o verifier/lock.o verifier/dynptr.o verifier/timer.o verifier/refuse.o verifier/trace.o verifier/fixup.o
KBPF_ENGINE_OBJS += verifier/explain.o verifier/describe.o verifier/phrase.o verifier/source.o verifier/history.o verifier/origin.o verifier/path.o
KBPF_ENGINE_OBJS += verifier/verify.o
KBPF_ENGINE_OBJS += interp/decode.o interp/cache.o interp/direct.o interp/fuse.o interp/interp.o interp/tail.o
KBPF_ENGINE_OBJS += jit/jit.o jit/arena.o jit/decode.o jit/live.o
KBPF_ENGINE_OBJS += jit/passes/common.o jit/passes/branch.o jit/passes/zext.o jit/passes/diamond.o
KBPF_ENGINE_OBJS += jit/passes/bytes.o jit/passes/hoist.o jit/passes/constant.o jit/passes/copy.o \
	jit/passes/result.o jit/passes/addr.o
KBPF_ENGINE_OBJS += jit/passes/mem.o jit/passes/dead.o jit/passes/fuse.o jit/passes/inline.o
KBPF_ENGINE_OBJS += jit/x86/encode.o jit/x86/translate.o jit/x86/tail.o jit/x86/arith.o \
	jit/x86/divide.o jit/x86/memory.o jit/x86/trampoline.o
KBPF_ENGINE_OBJS += btf/btf.o btf/record.o btf/nesting.o btf/refs.o
KBPF_ENGINE_OBJS += maps/map.o maps/user.o maps/fields.o maps/value.o maps/lock.o maps/pool.o
KBPF_ENGINE_OBJS += maps/array.o maps/fd_array.o maps/inner.o maps/batch.o
KBPF_ENGINE_OBJS += maps/hash_core.o maps/hash.o maps/hash_lru.o maps/hash_maps.o
KBPF_ENGINE_OBJS += maps/helpers.o maps/dynptr.o maps/ringbuf.o maps/user_ringbuf.o maps/task_storage.o maps/timer.o maps/queue.o maps/bloom.o maps/stack_trace.o maps/lpm.o
KBPF_ENGINE_OBJS += classic/check.o classic/analyse.o classic/translate.o classic/legacy.o
KBPF_ENGINE_OBJS += packet/packet.o packet/classic.o
KBPF_ENGINE_OBJS += cmd/cmd.o cmd/map_cmd.o cmd/btf_cmd.o cmd/prog_load.o cmd/tag.o
KBPF_ENGINE_OBJS += cmd/test_run.o cmd/link_cmd.o cmd/info.o cmd/classic_cmd.o
