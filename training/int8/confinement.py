"""What a process that opens a stranger's model may take of this machine.

Memory and file sizes are limited by setrlimit, everywhere. Where the kernel has Landlock (Linux
5.13 and later; Linux's userspace-api/landlock.rst), nothing can be written but below one folder.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from pathlib import Path

MEMORY_BYTES = 3 << 30
"""Of private memory that may be written. TensorFlow and a conversion take some 0.4 GB."""
_FILE_BYTES = 1 << 30

# linux/landlock.h; the numbers of the system calls are the same on all of Linux's machines.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1
_WRITE_FILE = 1 << 1
_REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
_REFER, _REFER_SINCE = 1 << 13, 2
_TRUNCATE, _TRUNCATE_SINCE = 1 << 14, 3
_SET_NO_NEW_PRIVILEGES = 38  # linux/prctl.h


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"  # Python 3.14 wants it said; without bit fields it changes nothing
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def limit_resources() -> None:
    """For this process and those that it starts; a crash leaves no core file."""
    for kind, most in (
        (resource.RLIMIT_DATA, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def can_restrict_writes() -> bool:
    return _landlock_version() > 0


def restrict_writes(folder: Path) -> None:
    """From now on this process writes below `folder` and to /dev/null alone; to be called while it
    has one thread. Does nothing where the system has no Landlock."""
    version = _landlock_version()
    if not version:
        return
    handled = _WRITE_FILE | _REMOVE_AND_MAKE
    handled |= _REFER if version >= _REFER_SINCE else 0
    truncate = _TRUNCATE if version >= _TRUNCATE_SINCE else 0
    handled |= truncate
    attributes = ctypes.c_uint64(handled)  # the structure's first field; a shorter one is allowed
    rules = _system_call(_CREATE_RULESET, ctypes.byref(attributes), ctypes.sizeof(attributes), 0)
    for path, access in ((folder, handled), (Path(os.devnull), _WRITE_FILE | truncate)):
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = _PathBeneath(access, opened)
        _system_call(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(rule), 0)
        os.close(opened)
    _libc().prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _system_call(_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _landlock_version() -> int:
    """0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(_libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION)))


def _system_call(number: int, *arguments: object) -> int:
    """Raises OSError."""
    result = int(_libc().syscall(number, *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
