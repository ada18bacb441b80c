"""One pass over a gzip stream: straight into memory, and to its very end, where the checksum is.

A flipped byte in the middle of a ``.nii.gz`` changes millions of voxels, and whoever does not read on to the checksum at the end of
the stream never learns of it. So every image is read to its end, whatever of it is wanted.
"""

import io
import os
from collections.abc import Callable

from neurostudio.core.errors import Cancelled, RequestError
from neurostudio.data.fmri.gzip_file import PatientFile, damage_errors, unpacked
from neurostudio.data.fmri.header import Header

STEP_BYTES = 1 << 20
"""Unpacked at once: what is waited for after a cancel, and how finely progress is told."""


def unpack(
    header: Header, sink: memoryview | None, on_bytes: Callable[[int], None], should_stop: Callable[[], bool] | None = None
) -> os.stat_result:
    """Unpack the values of a compressed image and verify the whole stream.

    Parameters
    ----------
    sink : memoryview or None
        Where the first ``header.ram_bytes`` of the values go; None only verifies.
    on_bytes : callable
        Told how many bytes of the values are there, after each step and at the end of the values.

    Returns
    -------
    os.stat_result
        Of the file that was verified.

    Raises
    ------
    RequestError
        The file is truncated, damaged, changed meanwhile or not readable; the message has the byte counts.
    Cancelled
        When `should_stop` says so.
    """
    done = 0
    try:
        with PatientFile(header.data_path) as packed:
            before = packed.stat()
            with unpacked(packed) as stream:
                _skip(stream, header.data_offset)
                spare = memoryview(bytearray(STEP_BYTES))
                while done < header.raw_bytes:
                    if should_stop is not None and should_stop():
                        raise Cancelled
                    target = _next_target(sink, spare, done, header)
                    n_read = stream.readinto(target)
                    if not n_read:
                        raise EOFError
                    done += n_read
                    on_bytes(done)
                while stream.readinto(spare):  # to the checksum: what lies behind the values is of no use
                    if should_stop is not None and should_stop():
                        raise Cancelled
            after = packed.stat()
    except EOFError as error:
        raise _truncated(header, done) from error
    except damage_errors() as error:
        raise _damaged(header, done, str(error)) from error
    except OSError as error:
        raise RequestError(
            f"{header.data_path} can no longer be read after {done:,} of {header.raw_bytes:,} bytes of values",
            error.strerror or str(error),
            "Check that its disk or network drive is there, then open it again",
        ) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise RequestError(f"{header.data_path} was changed while it was read", fix="Open it again once it is written")
    return after


def _skip(stream: io.BufferedIOBase, n_bytes: int) -> None:
    while n_bytes > 0:
        skipped = stream.read(min(n_bytes, STEP_BYTES))
        if not skipped:
            raise EOFError
        n_bytes -= len(skipped)


def _next_target(sink: memoryview | None, spare: memoryview, done: int, header: Header) -> memoryview:
    """Where the next bytes go; a step never goes past the end of a volume, so that each is shown as soon as it is there."""
    if sink is None or done >= header.ram_bytes:
        return spare[: min(STEP_BYTES, header.raw_bytes - done)]
    left_in_volume = header.volume_bytes - done % header.volume_bytes
    return sink[done : done + min(STEP_BYTES, left_in_volume)]


def _truncated(header: Header, done: int) -> RequestError:
    return RequestError(
        f"{header.data_path} is truncated: it ends after {done:,} of {header.raw_bytes:,} bytes of values",
        f"{done // header.volume_bytes:,} of {header.n_volumes:,} volumes are whole",
        "Download or copy it again",
    )


def _damaged(header: Header, done: int, why: str) -> RequestError:
    where = (
        f"its checksum is wrong after all {done:,} bytes of values"
        if done >= header.raw_bytes
        else f"it cannot be unpacked beyond {done:,} of {header.raw_bytes:,} bytes of values"
    )
    return RequestError(f"{header.data_path} is damaged: {where}", why, "None of it can be trusted: download or copy it again")
