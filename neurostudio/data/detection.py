"""Guessing the encoding of bytes that are not UTF-8.

A guess is only ever shown to a person, never used in silence: a wrong one gives readable nonsense. Two cases that make up
nearly all real ones (Western European text in Windows-1252, Chinese in GB18030) are told by what such text looks like;
everything else is left to charset-normalizer.
"""

import codecs
import unicodedata

EVIDENCE_BYTES = 200_000

_COMMON_NAMES = {"cp1252": "windows-1252", "cp1251": "windows-1251", "cp1250": "windows-1250", "cp1253": "windows-1253",
                 "cp1254": "windows-1254", "cp949": "euc-kr", "cp932": "shift_jis", "big5hkscs": "big5"}  # fmt: skip
_CANDIDATES = ["cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "koi8_r", "gb18030", "big5", "cp932", "euc_jp", "cp949"]
_WESTERN = set("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœšžÀÁÂÄÅÆÇÈÉÊËÍÎÑÓÔÖØÙÚÛÜŒŠŽ‘’“”„‚«»–—…•·€£¥©®°±²³¼½¾¿¡§™´`ªº×\xa0")
_MIN_PLAUSIBLE = 0.8
_FEW_CONTROLS = 2
_MAX_WESTERN_SHARE = 0.35


def guess_encoding(data: bytes) -> str | None:
    """The likely encoding of `data`, under the name that people know it by; None when it looks like no text at all."""
    unmarked = utf16_without_mark(data)
    if unmarked:
        return unmarked
    evidence = _evidence(data)
    if _reads_as_chinese(evidence):
        return "gb18030"
    if _reads_as_western(evidence):
        return "windows-1252"
    from charset_normalizer import from_bytes

    best = from_bytes(evidence, cp_isolation=_CANDIDATES, threshold=0.2).best()
    if best is None or not is_text(str(best)):
        return None
    name = codecs.lookup(best.encoding).name
    return _COMMON_NAMES.get(name, name)


def utf16_without_mark(data: bytes) -> str | None:
    """Whether every second byte is (nearly always) zero: Western text in UTF-16 without a byte order mark."""
    head = data[:4096]
    half = len(head) // 2
    if half < 2:
        return None
    even, odd = head[0 : 2 * half : 2].count(0), head[1 : 2 * half : 2].count(0)
    if odd >= 0.6 * half and even <= 0.1 * half:
        return "utf-16-le"
    if even >= 0.6 * half and odd <= 0.1 * half:
        return "utf-16-be"
    return None


def is_text(text: str) -> bool:
    """False for what can only come from a binary file: more than one character in a hundred is a control character."""
    head = text[:20_000]
    odd = sum(1 for character in head if unicodedata.category(character) in ("Cc", "Cn", "Co") and character not in "\t\n\r\f\v")
    return odd <= max(_FEW_CONTROLS, 0.01 * len(head))


def _evidence(data: bytes) -> bytes:
    """The lines that hold bytes beyond ASCII, up to a limit: in English text they are few, and only they tell."""
    lines: list[bytes] = []
    size = 0
    for line in data.splitlines():
        if not line.isascii():
            lines.append(line)
            size += len(line) + 1
            if size > EVIDENCE_BYTES:
                break
    return b"\n".join(lines)[:EVIDENCE_BYTES]


def _reads_as_chinese(data: bytes) -> bool:
    """Nearly all pairs are punctuation (A1-A3) or the 3,755 everyday characters of GB 2312 (B0-D7).

    Korean EUC lies in the same block but stays below C9; in Chinese, sorted there by sound, two fifths lie above. Japanese
    EUC is mostly kana (A4, A5).
    """
    high = [data[i : i + 2] for i in _pair_starts(data)]
    everyday = [pair for pair in high if len(pair) == 2 and 0xB0 <= pair[0] <= 0xD7 and pair[1] >= 0xA1]
    punctuation = sum(1 for pair in high if 0xA1 <= pair[0] <= 0xA3)
    if not high or not everyday or (len(everyday) + punctuation) < _MIN_PLAUSIBLE * len(high):
        return False
    above = sum(1 for pair in everyday if pair[0] > 0xC8)
    return len(everyday) < 8 or above >= 0.15 * len(everyday)


def _pair_starts(data: bytes) -> list[int]:
    starts: list[int] = []
    position = 0
    while position < len(data):
        if data[position] >= 0x80:
            starts.append(position)
            position += 1
        position += 1
    return starts


def _reads_as_western(data: bytes) -> bool:
    """A few accented letters and typographic marks among ASCII letters."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return False
    high = [character for character in text if ord(character) >= 0x80]
    plain = sum(1 for character in text if character.isascii() and character.isalpha())
    usual = sum(1 for character in high if character in _WESTERN)
    return is_text(text) and usual >= _MIN_PLAUSIBLE * len(high) and len(high) <= _MAX_WESTERN_SHARE * plain
