"""The lock that a recording holds on its journal, for others to see that it is alive."""

import errno
import sys

if sys.platform == "win32":
    import msvcrt
    import os

    _FAR = 2**62
    """A byte that no journal reaches: on Windows a locked byte cannot be read."""

    def lock(fd: int) -> bool:
        """Lock the open file for as long as it is open; False where another holds it."""
        os.lseek(fd, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def locked(fd: int) -> bool:
        """Whether another holds the lock of the open file."""
        if not lock(fd):
            return True
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)
        return False

else:
    import fcntl

    _NO_LOCKS_HERE = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS}
    """What file systems without locks answer: there, live and dead cannot be told apart."""

    def lock(fd: int) -> bool:
        """Lock the open file for as long as it is open; False where another holds it."""
        return _flock(fd, fcntl.LOCK_EX)

    def locked(fd: int) -> bool:
        """Whether another holds the lock of the open file."""
        if not _flock(fd, fcntl.LOCK_SH):
            return True
        _flock(fd, fcntl.LOCK_UN)
        return False

    def _flock(fd: int, operation: int) -> bool:
        try:
            fcntl.flock(fd, operation | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno not in _NO_LOCKS_HERE:
                raise
        return True
