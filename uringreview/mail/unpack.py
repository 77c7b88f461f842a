"""Packed input: gzip unpacked up to a limit, and a sentence for everything that is no mail.

A small gzip file may unpack to any size (RFC 1952 sets no bound), so it is unpacked in small pieces and stopped.
"""

import re
import zlib

_PACKED = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"(\xb5/\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"7z\xbc\xaf", "7-zip"),
)


def not_mail(data: bytes) -> str:
    """What `data` is instead of mail, and what to do about it."""
    if data.startswith(b"%PDF"):
        return "a PDF, not mail; save the mail itself (its raw text)."
    packed = next((name for magic, name in _PACKED if data.startswith(magic)), None)
    if packed:
        return f"packed with {packed}; unpack it first."
    if b"\0" in data[:65536]:
        return "binary data, not mail; save the mail itself (its raw text)."
    if re.match(rb"\s{0,100}(?:<!doctype html|<html)", data, re.IGNORECASE):
        return "an HTML page, not mail; save the raw mail, or the page's text."
    return "no mail and no patch in it; save the mail with its headers."


def unpacked(data: bytes, limit: int) -> tuple[bytes, str]:
    """The members of a gzip file, at most `limit` bytes of them, and what is wrong with it."""
    out: list[bytes] = []
    size = 0
    while data.startswith(b"\x1f\x8b"):
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        while not member.eof:
            try:
                piece = member.decompress(data, 1 << 20)
            except zlib.error:
                return b"".join(out), "damaged gzip data; what stands before the damage is shown, get the file again."
            if not piece and not member.unconsumed_tail and not member.eof:
                return b"".join(out), "gzip data cut short; what is there is shown, get the file again."
            out.append(piece)
            size += len(piece)
            if size > limit:
                return b"".join(out), f"unpacks to more than {limit >> 20} MB; the rest is left out, split it first."
            data = member.unconsumed_tail
        data = member.unused_data
    return b"".join(out), ""
