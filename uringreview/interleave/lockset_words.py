"""What kernel functions and macros mean to the lockset table: locks, guards, lists, and who calls a callback.

The names are those of the kernel's own headers (spinlock.h, mutex.h, rwsem.h, rcupdate.h, cleanup.h, lockdep.h, list.h,
hrtimer.h, workqueue.h, interrupt.h) and of a few subsystems' wrappers. What is not in here is no lock to the table.
"""

import re
from dataclasses import dataclass
from enum import Enum

RCU = "rcu"
"""Readers of RCU keep nobody out: it is shown, and never counts as a lock that two accesses share."""


class Deed(Enum):
    """What a call does to a lock."""

    TAKES = "takes"
    DROPS = "drops"
    HOLDS = "holds"  # it only states that the lock is held


@dataclass(frozen=True, slots=True)
class LockWord:
    """What a name does. `argument` is the place of the lock among the arguments, None where `lock` names it.

    `tries` is True where the call may fail: the lock is held where it says so, `zero_is_held` where that is 0.
    """

    deed: Deed
    argument: int | None = 0
    lock: str = ""
    tries: bool = False
    zero_is_held: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """Where a function runs that is called back: a name for it, and the locks that its caller holds for certain."""

    name: str
    locks: frozenset[str] = frozenset()


ELSEWHERE = Context("elsewhere")
"""A caller that was not read."""
SYSCALL = Context("syscall")

_SPIN = r"(?:raw_|_raw_)?(?:spin|read|write)"
_TAIL = r"(?:_irq|_irqsave|_irqrestore|_bh|_nested|_irqsave_nested|_bh_nested|_nest_lock)?"
_LOCK_NAMES: tuple[tuple[re.Pattern[str], LockWord], ...] = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (rf"{_SPIN}_lock{_TAIL}", LockWord(Deed.TAKES)),
        (rf"{_SPIN}_unlock{_TAIL}", LockWord(Deed.DROPS)),
        (rf"{_SPIN}_trylock{_TAIL}", LockWord(Deed.TAKES, tries=True)),
        (r"mutex_lock(?:_nested|_io|_io_nested|_nest_lock)?|ww_mutex_lock", LockWord(Deed.TAKES)),
        (
            r"mutex_lock_(?:interruptible|killable)(?:_nested)?|down_(?:read_|write_)?(?:interruptible|killable)",
            LockWord(Deed.TAKES, tries=True, zero_is_held=True),
        ),
        (r"mutex_trylock(?:_nest_lock)?|down_(?:read|write)_trylock", LockWord(Deed.TAKES, tries=True)),
        (r"(?:ww_)?mutex_unlock|up|up_read|up_write|up_read_non_owner", LockWord(Deed.DROPS)),
        (r"down|down_(?:read|write)(?:_nested|_nest_lock|_killable_nested)?", LockWord(Deed.TAKES)),
        (r"down_trylock", LockWord(Deed.TAKES, tries=True, zero_is_held=True)),
        (r"(?:s)?rcu_read_lock(?:_bh|_sched|_notrace)?|rcu_read_lock_any", LockWord(Deed.TAKES, None, RCU)),
        (r"(?:s)?rcu_read_unlock(?:_bh|_sched|_notrace)?", LockWord(Deed.DROPS, None, RCU)),
        (r"lockdep_assert_in_rcu_read_lock\w*", LockWord(Deed.HOLDS, None, RCU)),
        (r"lockdep_assert_held(?:_write|_read|_once)?|assert_spin_locked|__acquire", LockWord(Deed.HOLDS)),
        (r"__release", LockWord(Deed.DROPS)),
    )
)
# Wrappers of subsystems. io_uring.h: io_ring_submit_lock() returns with uring_lock held whatever its flags, and
# io_tw_lock() asserts it.
_WRAPPERS: dict[str, tuple[str, str, str, str]] = {
    # lock name: what takes it, drops it, tries it, states it; each a blank-separated list
    "uring_lock": ("io_ring_submit_lock", "io_ring_submit_unlock", "", "io_tw_lock"),
    "rtnl": ("rtnl_lock", "rtnl_unlock", "rtnl_trylock", "ASSERT_RTNL"),
    "sk_lock": ("lock_sock lock_sock_nested bh_lock_sock bh_lock_sock_nested", "release_sock bh_unlock_sock", "", ""),
    "device_lock": ("device_lock", "device_unlock", "device_trylock", "device_lock_assert"),
    "i_rwsem": ("inode_lock inode_lock_shared inode_lock_nested", "inode_unlock inode_unlock_shared", "", ""),
    "folio_lock": ("folio_lock lock_page", "folio_unlock unlock_page", "folio_trylock trylock_page", ""),
    "mmap_lock": ("mmap_read_lock mmap_write_lock", "mmap_read_unlock mmap_write_unlock", "mmap_read_trylock", ""),
    "cpus_lock": ("cpus_read_lock cpus_write_lock", "cpus_read_unlock cpus_write_unlock", "", ""),
    "console_lock": ("console_lock", "console_unlock", "console_trylock", ""),
    "wiphy_mutex": ("wiphy_lock", "wiphy_unlock", "", "lockdep_assert_wiphy"),
    "netdev_lock": ("netdev_lock", "netdev_unlock", "", "netdev_assert_locked"),
}
_GUARD_LOCKS = re.compile(
    r"(?:raw_)?spinlock(?:_irq|_irqsave|_bh|_nested)?(?:_try)?|mutex(?:_try|_intr|_kill|_init)?"
    r"|rwsem_(?:read|write)(?:_try|_intr|_kill)?|(?:read|write)_lock(?:_irq|_irqsave|_bh)?|semaphore|wiphy|device"
)
_LIST_WRITE = re.compile(
    r"(?:__)?(?:hlist|llist|list|plist|rb|wq_list|wq_stack)_(?:\w*_)?(?:add|del|move|splice|replace|cut|insert|erase"
    r"|rotate|swap)(?:_\w+)?|(?:INIT_[HL]?LIST_HEAD|INIT_LIST_HEAD|RB_CLEAR_NODE)"
)
_LIST_READ = re.compile(
    r"(?:__)?(?:hlist|llist|list|plist|rb|wq_list)_(?:\w*_)?(?:empty|first|last|entry|next|prev|is_singular|unhashed)"
    r"(?:_\w+)?"
)
# Who calls a function that is passed as an argument: the caller's name -> place of the function, its context.
_IRQ, _THREADED = Context("irq"), Context("threaded irq")
_CALLED_BACK: dict[str, tuple[tuple[int, Context], ...]] = {
    **dict.fromkeys(("hrtimer_setup", "hrtimer_setup_on_stack", "hrtimer_update_function"), ((1, Context("hrtimer")),)),
    **dict.fromkeys(("timer_setup", "timer_setup_on_stack", "DEFINE_TIMER", "setup_timer"), ((1, Context("timer")),)),
    **dict.fromkeys(
        (
            *("INIT_WORK", "INIT_DELAYED_WORK", "INIT_WORK_ONSTACK", "INIT_DELAYED_WORK_ONSTACK", "INIT_RCU_WORK"),
            *("INIT_DEFERRABLE_WORK", "DECLARE_WORK", "DECLARE_DELAYED_WORK", "kthread_init_work", "PREPARE_WORK"),
            *("kthread_init_delayed_work", "wiphy_work_init", "wiphy_delayed_work_init"),
        ),
        ((1, Context("workqueue")),),
    ),
    **dict.fromkeys(("tasklet_setup", "tasklet_init", "DECLARE_TASKLET"), ((1, Context("tasklet")),)),
    "request_irq": ((1, _IRQ),),
    "devm_request_irq": ((2, _IRQ),),
    "request_threaded_irq": ((1, _IRQ), (2, _THREADED)),
    "devm_request_threaded_irq": ((2, _IRQ), (3, _THREADED)),
    **dict.fromkeys(("call_rcu", "call_rcu_hurry", "call_srcu"), ((1, Context("rcu callback")),)),
    **dict.fromkeys(("kthread_run", "kthread_create", "kthread_create_on_node"), ((0, Context("kthread")),)),
    **dict.fromkeys(("netif_napi_add", "netif_napi_add_tx", "netif_napi_add_weight"), ((2, Context("napi")),)),
    "create_io_thread": ((0, Context("io thread")),),
    "init_task_work": ((1, Context("task_work")),),
    "init_waitqueue_func_entry": ((1, Context("wakeup")),),
    "init_irq_work": ((1, Context("irq_work")),),
    "io_wq_cancel_cb": ((1, Context("io-wq cancel")),),
}
# Who calls a function that is assigned to a member. tw.c and io_uring.c take uring_lock before they run what is in
# io_task_work.func: io_handle_tw_list(), io_fallback_req_func(), __io_run_local_work().
_ASSIGNED: tuple[tuple[str, Context], ...] = (
    ("io_task_work.func", Context("task_work", frozenset({"uring_lock"}))),
    ("timer.function", Context("hrtimer")),
    ("work.func", Context("workqueue")),
)
# Functions that another file of the subsystem calls in a context of its own.
_NAMED: dict[str, Context] = {
    "io_wq_free_work": Context("io-wq"),
    "io_wq_submit_work": Context("io-wq"),
    "io_wq_worker": Context("io-wq"),
    "io_sq_thread": Context("sqpoll"),
}
_BEFORE_SHARED = re.compile(r"(?:^|_)(?:alloc|init|prep|preinit|create|setup|probe|new|poison)(?:_|$)|alloc")


def _wrapper_words() -> dict[str, LockWord]:
    found = {}
    for lock, (takes, drops, tries, states) in _WRAPPERS.items():
        found.update(dict.fromkeys(takes.split(), LockWord(Deed.TAKES, None, lock)))
        found.update(dict.fromkeys(drops.split(), LockWord(Deed.DROPS, None, lock)))
        found.update(dict.fromkeys(tries.split(), LockWord(Deed.TAKES, None, lock, tries=True)))
        found.update(dict.fromkeys(states.split(), LockWord(Deed.HOLDS, None, lock)))
    return found


_WRAPPER_WORDS = _wrapper_words()


def lock_word(function: str) -> LockWord | None:
    """What a call of `function` does to a lock; None for nothing."""
    known = _WRAPPER_WORDS.get(function)
    if known is not None:
        return known
    return next((word for pattern, word in _LOCK_NAMES if pattern.fullmatch(function)), None)


def guard_word(kind: str) -> LockWord | None:
    """What `guard(kind)(...)` or `scoped_guard(kind, ...)` takes; None where that is no lock."""
    if kind in ("rcu", "srcu"):
        return LockWord(Deed.TAKES, None, RCU)
    return LockWord(Deed.TAKES) if _GUARD_LOCKS.fullmatch(kind) else _WRAPPER_WORDS.get(kind)


def list_call(function: str) -> bool | None:
    """Whether a call changes the list members whose addresses it is given (False: reads them); None for neither."""
    if _LIST_WRITE.fullmatch(function):
        return True
    return False if _LIST_READ.fullmatch(function) else None


def called_back(function: str) -> tuple[tuple[int, Context], ...]:
    """Which arguments of `function` are functions, and where those will run."""
    return _CALLED_BACK.get(function, ())


def assigned_to(path: str) -> Context | None:
    """Where a function runs that is assigned to the member `path` ("io_task_work.func")."""
    return next((context for name, context in _ASSIGNED if path == name or path.endswith("." + name)), None)


def named_entry(function: str) -> Context | None:
    """Where a function runs that is known by name."""
    return _NAMED.get(function)


def before_shared(function: str) -> bool:
    """Whether a function's name says that it makes an object that nobody else can see yet."""
    return bool(_BEFORE_SHARED.search(function))
