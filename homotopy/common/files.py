"""Files that appear complete or not at all, whatever kills the writer."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import socket
import time
from pathlib import Path

from homotopy.errors import HomotopyError, StoreError, StoreWriteError

_PART_NAME = re.compile(r"\..+\.(?P<host>[^.]*)\.(?P<pid>\d+)\.[0-9a-f]+\.part|tmp[a-z0-9_]{8}\.part")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OLD = 10.0  # seconds; a file is written in milliseconds
_VERY_OLD = 7 * 86400.0  # for files of other machines, whose processes cannot be seen


def write_atomically(target: Path, data: bytes, *, is_new: bool = False) -> bool:
    """Write a file under a temporary name, force it to the disk, and rename it; False if it had to be new and was not.

    Raises
    ------
    StoreWriteError
        And nothing is left behind.
    """
    part = target.parent / _part_name(target.name)
    try:
        try:
            with open(part, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if is_new:
                os.link(part, target)  # fails where the target exists; a rename would replace it
            else:
                os.replace(part, target)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        _sync_folder(target.parent)
    except FileExistsError:
        return False
    except OSError as error:
        if is_new and error.errno in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS):
            return not target.exists() and write_atomically(target, data)  # a file system without hard links
        raise StoreWriteError(*write_error(target.parent, error)) from error
    return True


def write_result(target: Path, data: bytes) -> None:
    """Write a result where a user wants it: complete or not at all, and what was there before is kept until then.

    Devices and pipes, and files in folders that cannot be written, are written as they are.

    Raises
    ------
    HomotopyError
        If it cannot be written; no new file is left behind.
    """
    try:
        if target.is_file() or not target.exists():
            place = target.resolve()  # a link stays a link
            if os.access(place.parent, os.W_OK):
                write_atomically(place, data)
                return
        with open(target, "wb") as file:
            file.write(data)
    except (OSError, ValueError, StoreWriteError) as error:
        why = reason(error.__cause__ if isinstance(error, StoreWriteError) else error)
        raise HomotopyError(f"{target} cannot be written ({why}).", "Choose another place.") from error


def set_aside(target: Path) -> Path | None:
    """Rename what cannot be replaced by a file (a folder, a pipe, a link that leads nowhere), so that one can be written.

    Returns
    -------
    Path or None
        Its new name, hidden; None if there was nothing in the way.

    Raises
    ------
    StoreWriteError
    """
    if not os.path.lexists(target) or target.is_file():
        return None
    try:
        for k in range(1000):
            aside = target.with_name(f".{target.name}.set-aside{k or ''}")
            if not os.path.lexists(aside):
                os.rename(target, aside)
                return aside
    except FileNotFoundError:  # another process did the same
        return None
    except OSError as error:
        raise StoreWriteError(*write_error(target.parent, error)) from error
    raise StoreWriteError(f"{target} is no file, and a thousand others were set aside.", "Clean its folder.")


def reason(error: BaseException | None) -> str:
    """Why a file cannot be read or written, without Python's way of saying it."""
    words = error.strerror if isinstance(error, OSError) else None
    return words.lower() if words else "the name is not usable"


def is_full(error: OSError) -> bool:
    """Whether a file could not be written for want of space."""
    return error.errno in _FULL


def _sync_folder(folder: Path) -> None:
    """Force a rename to the disk, where folders can be synced."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_error(folder: Path, error: OSError) -> tuple[str, str]:
    """What is wrong and the way out, for a folder that could not be written."""
    if is_full(error):
        return f"The disk of {folder} is full ({error.strerror}).", "Free some space and run the same command again."
    return f"{folder} cannot be written ({error.strerror}).", "Choose another store, or make this one writable."


def _part_name(name: str) -> str:
    return f".{name}.{_host()}.{os.getpid()}.{secrets.token_hex(4)}.part"


def _host() -> str:
    return socket.gethostname().replace(".", "-")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def require_writable(folder: Path) -> None:
    """Write, force to the disk and remove a probe.

    Raises
    ------
    StoreError
        If the folder cannot be written, or its disk is full.
    """
    probe = folder / _part_name("probe")
    try:
        with open(probe, "xb") as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        kind = StoreWriteError if is_full(error) else StoreError
        raise kind(*write_error(folder, error)) from error
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Remove unfinished files of processes of this machine that are gone, and very old ones of others."""
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            part = _PART_NAME.fullmatch(name)
            if part:
                is_ours = part["host"] == _host()
                with contextlib.suppress(OSError):
                    # a clock that was set back dates files into the future: such a file is as old as it is far away
                    age = abs(time.time() - (folder / name).lstat().st_mtime)
                    if age > (_OLD if is_ours else _VERY_OLD) and not (is_ours and _is_alive(int(part["pid"]))):
                        (folder / name).unlink(missing_ok=True)
