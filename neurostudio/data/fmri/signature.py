"""What a file is, by its first bytes: an image that is read here, another format with advice, or no image at all."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from neurostudio.core.errors import RequestError
from neurostudio.data.fmri.gzip_file import damage_errors, unpack_head
from neurostudio.data.fmri.missing import absence_of, size_words

HEAD_BYTES = 560
"""Enough for the longest header, and hardly ever a whole image: whether its end is sound is found out when it is loaded."""

_PACKED_HEAD_BYTES = 65_536
GZIP_MAGIC = b"\x1f\x8b"

Format = Literal["NIfTI-1", "NIfTI-1 pair", "NIfTI-2", "NIfTI-2 pair", "Analyze", "MGH"]

_NIFTI1_BYTES, _NIFTI2_BYTES = 348, 540
_NIFTI2_MAGIC_TAIL = b"\0\r\n\x1a\n"
_PAIR_SUFFIXES = (".hdr", ".img")
_MGH_HEAD = b"\x00\x00\x00\x01"
_MGH_SUFFIXES = (".mgh", ".mgz", ".mgh.gz")
_OTHER_MAGIC = (
    (b"BZh", "is compressed with bzip2", "Unpack it, or compress it with gzip"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstandard", "Unpack it, or compress it with gzip"),
    (b"\xfd7zXZ\0", "is compressed with xz", "Unpack it, or compress it with gzip"),
    (b"PK\x03\x04", "is a zip archive", "Unpack it, then open the image in it"),
    (b"\x89HDF\r\n\x1a\n", "is an HDF5 file (MINC-2, perhaps)", "Convert it to NIfTI, for example with mnc2nii"),
    (b"CDF\x01", "is a netCDF file (MINC-1, perhaps)", "Convert it to NIfTI, for example with mnc2nii"),
    (b"NRRD", "is an NRRD image", "Convert it to NIfTI, for example with 3D Slicer"),
    (b"# === DATA DESCRIPTION FILE", "is the header of a Philips PAR/REC image", "Convert it to NIfTI with dcm2niix"),
    (b"<!DOCTYPE html", "is a web page, perhaps of a failed download", "Download the image again"),
    (b"<html", "is a web page, perhaps of a failed download", "Download the image again"),
)


@dataclass(frozen=True)
class Signature:
    """What a file was recognised as.

    Attributes
    ----------
    head : bytes
        First bytes of the header file, uncompressed; at most `HEAD_BYTES`.
    is_big_endian : bool
        Byte order of the header, and so of the values.
    is_compressed : bool
        Whether the values are within a gzip stream.
    header_path, data_path : Path
        The same file, but for pairs.
    """

    format: Format
    head: bytes
    is_big_endian: bool
    is_compressed: bool
    header_path: Path
    data_path: Path


def recognise(path: Path) -> Signature:
    """Recognise an image.

    Raises
    ------
    RequestError
        The content is not here, the file is damaged, or it is something else; the message says what, and what to do.
    """
    header_path, data_path = _pair_of(path)
    for part in dict.fromkeys((path, header_path, data_path)):
        refuse_absent(part)
    head, is_packed = _head_of(header_path)
    is_compressed = is_packed if data_path == header_path else _head_of(data_path)[1]
    found = _format_of(path, head)
    if found is None:
        raise _not_an_image(path, head)
    name, is_big_endian = found
    if name not in ("NIfTI-1 pair", "NIfTI-2 pair", "Analyze"):
        header_path = data_path = path
    elif header_path == data_path:
        raise RequestError(f"{path} is the header of a {name.removesuffix(' pair')} pair", fix="Open its .hdr or .img file")
    return Signature(name, head, is_big_endian, is_compressed, header_path, data_path)


def refuse_absent(path: Path) -> None:
    """Raise a RequestError for a folder, a missing file, and what a download leaves in place of an image."""
    if path.is_dir():
        raise RequestError(
            f"{path} is a folder, not an image", fix="Choose an image in it; a folder of DICOM files is converted with dcm2niix"
        )
    if not path.exists() and not path.is_symlink():
        raise RequestError(f"There is no file {path}", fix="Check the path, or choose the image again")
    try:
        absence = absence_of(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    if absence is not None:
        size = f" of {size_words(absence.size_bytes)}" if absence.size_bytes else ""
        raise RequestError(f"The image{size} is not downloaded: {path} is {absence.reason}", fix=absence.fix)


def is_gzip_name(path: Path) -> bool:
    """Whether the name promises a gzip stream."""
    return path.name.lower().endswith((".gz", ".mgz"))


def _pair_of(path: Path) -> tuple[Path, Path]:
    """Header and image file: another one each for ``.hdr`` and ``.img``."""
    name = path.name
    packed = name[-3:] if name.lower().endswith(".gz") else ""
    stem = name.removesuffix(packed) if packed else name
    if not stem.lower().endswith(_PAIR_SUFFIXES):
        return path, path
    base, suffix = stem[:-4], stem[-4:]
    header, image = (".HDR", ".IMG") if suffix.isupper() else (".hdr", ".img")
    return path.with_name(f"{base}{header}{packed}"), path.with_name(f"{base}{image}{packed}")


def _head_of(path: Path) -> tuple[bytes, bool]:
    """First bytes, uncompressed, and whether they were compressed."""
    try:
        with path.open("rb") as stream:
            packed = stream.read(_PACKED_HEAD_BYTES)
        is_packed = packed.startswith(GZIP_MAGIC)
        if is_packed != is_gzip_name(path):
            raise _misnamed(path, packed[:HEAD_BYTES])
        return unpack_head(packed, HEAD_BYTES) if is_packed else packed[:HEAD_BYTES], is_packed
    except EOFError as error:
        raise RequestError(
            f"{path} is truncated: its {size_words(path.stat().st_size)} end within the header", fix="Download or copy it again"
        ) from error
    except damage_errors() as error:
        raise RequestError(f"{path} is damaged: its first bytes cannot be unpacked", fix="Download or copy it again") from error
    except OSError as error:
        raise _unreadable(path, error) from error


def _misnamed(path: Path, head: bytes) -> RequestError:
    if head.startswith(GZIP_MAGIC):
        return RequestError(f"{path} is compressed with gzip, and its name does not say so", fix=f"Rename it to {path.name}.gz")
    if _format_of(path, head) is None:
        other = _other_format(path, head)
        if other is not None:
            return other
        return RequestError(
            f"{path} is not a gzip file, though its name ends so", f"It begins with {_shown(head)}", "Download or copy it again"
        )
    plain = path.name[:-3] if path.name.lower().endswith(".gz") else path.with_suffix(".mgh").name
    return RequestError(f"{path} is not compressed, though its name ends so", fix=f"Rename it to {plain}")


def _format_of(path: Path, head: bytes) -> tuple[Format, bool] | None:
    """Format and whether it is big-endian."""
    if len(head) >= _NIFTI1_BYTES:
        for order, is_big in (("little", False), ("big", True)):
            size = int.from_bytes(head[:4], "big" if is_big else "little")
            if size == _NIFTI2_BYTES and len(head) >= _NIFTI2_BYTES and head[7:12] == _NIFTI2_MAGIC_TAIL:
                if head[4:7] in (b"n+2", b"ni2"):
                    return ("NIfTI-2" if head[5:6] == b"+" else "NIfTI-2 pair"), order == "big"
            elif size == _NIFTI1_BYTES:
                magic = head[344:348]
                if magic == b"n+1\0":
                    return "NIfTI-1", is_big
                if magic == b"ni1\0":
                    return "NIfTI-1 pair", is_big
                if _pair_of(path)[0] != _pair_of(path)[1]:
                    return "Analyze", is_big
    if head.startswith(_MGH_HEAD) and path.name.lower().endswith(_MGH_SUFFIXES):
        return "MGH", True
    return None


def _not_an_image(path: Path, head: bytes) -> RequestError:
    other = _other_format(path, head)
    if other is not None:
        return other
    if head[344:347] in (b"n+1", b"ni1") or head[4:7] in (b"n+2", b"ni2"):
        return RequestError(f"The header of {path} is damaged: its size is not that of NIfTI", fix="Download or copy it again")
    if int.from_bytes(head[:4], "little") == _NIFTI1_BYTES or int.from_bytes(head[:4], "big") == _NIFTI1_BYTES:
        return RequestError(
            f"{path} has the wrong magic word {head[344:348]!r} at byte 344: it is not NIfTI, or its header is damaged",
            fix="An Analyze image is opened by its .hdr or .img file; else download or copy it again",
        )
    return RequestError(
        f"{path} is no brain image",
        f"It begins with {_shown(head)}",
        "Images that open: .nii, .nii.gz, .hdr with .img, .mgh, .mgz",
    )


def _other_format(path: Path, head: bytes) -> RequestError | None:
    """What else a file may be, with advice."""
    lower = path.name.lower()
    if head[128:132] == b"DICM" or lower.endswith((".dcm", ".ima")):
        return RequestError(
            f"{path} is a DICOM file", fix="Convert the series to NIfTI with dcm2niix, then open the .nii.gz it writes"
        )
    if b"GIFTI" in head or lower.endswith((".gii", ".gii.gz")):
        return RequestError(
            f"{path} is a GIFTI file: values on a surface, not in a volume",
            fix="Open it as a surface or a table of vertex series",
        )
    for magic, what, fix in _OTHER_MAGIC:
        if head.startswith(magic):
            return RequestError(f"{path} {what}", fix=fix)
    if lower.endswith((".head", ".brik", ".brik.gz")):
        return RequestError(f"{path} is an AFNI image", fix="Convert it to NIfTI with 3dAFNItoNIFTI")
    return None


def _unreadable(path: Path, error: OSError) -> RequestError:
    return RequestError(
        f"Cannot read {path}", error.strerror or str(error), "Check that the disk is there and the file is yours to read"
    )


def _shown(head: bytes) -> str:
    if not head:
        return "nothing"
    text = head[:24].decode("utf-8", "replace")
    return f"'{text.strip()}'" if text.isprintable() else " ".join(f"{byte:02x}" for byte in head[:8])
