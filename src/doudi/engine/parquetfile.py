"""Puts Parquet files of one shape one behind the other without unpacking them.

The row groups are copied as they are; only the footer (Thrift, compact protocol) is read, and written
anew with the places of the copied bytes.  Any reader sees one ordinary file.
"""

import pathlib
from collections.abc import Sequence
from typing import Any, BinaryIO

MAGIC = b"PAR1"
PIECE = 1 << 20
TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
SCHEMA, ROWS, ROW_GROUPS = 2, 3, 4
GROUP_COLUMNS, GROUP_OFFSET, GROUP_ORDINAL = 1, 5, 7
CHUNK_OFFSET, CHUNK_ABOUT, CHUNK_INDEXES = 2, 3, (4, 6)
ABOUT_OFFSETS = (9, 10, 11, 14)  # data page, index page, dictionary page, bloom filter
Struct = dict[int, tuple[int, Any]]


class NotAlike(ValueError):
    """The files do not have the same columns, or are no Parquet files."""


def join(parts: Sequence[pathlib.Path], target: pathlib.Path) -> None:
    """Write the rows of all parts, in this order, as one file.

    :raises NotAlike: the parts differ in their columns.
    """
    whole: Struct | None = None
    with target.open("wb") as out:
        out.write(MAGIC)
        for part in parts:
            with part.open("rb") as file:
                footer, end = _footer(file)
                _shift(footer, out.tell() - len(MAGIC))
                file.seek(len(MAGIC))
                _copy(file, out, end - len(MAGIC))
            if whole is None:
                whole = footer
            elif whole[SCHEMA] != footer[SCHEMA]:
                raise NotAlike(f"{part} has other columns than {parts[0]}")
            else:
                whole[ROWS] = (whole[ROWS][0], whole[ROWS][1] + footer[ROWS][1])
                whole[ROW_GROUPS] = (LIST, (STRUCT, whole[ROW_GROUPS][1][1] + footer[ROW_GROUPS][1][1]))
        if whole is None:
            raise NotAlike("nothing to join")
        for number, group in enumerate(whole[ROW_GROUPS][1][1]):
            if GROUP_ORDINAL in group:
                group[GROUP_ORDINAL] = (group[GROUP_ORDINAL][0], number)
        text = bytearray()
        _write_struct(text, whole)
        out.write(text + len(text).to_bytes(4, "little") + MAGIC)


def _copy(file: BinaryIO, out: BinaryIO, size: int) -> None:
    """Copy the next so many bytes."""
    while size:
        piece = file.read(min(size, PIECE))
        if not piece:
            raise NotAlike(f"{file.name} ends too early")
        out.write(piece)
        size -= len(piece)


def _footer(file: BinaryIO) -> tuple[Struct, int]:
    """Read the footer; also gives where the data ends."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - 8))
    tail = file.read(8)
    if size < 12 or tail[4:] != MAGIC:
        raise NotAlike(f"{file.name} is no Parquet file")
    end = size - 8 - int.from_bytes(tail[:4], "little")
    file.seek(end)
    return _Reader(file.read(size - 8 - end)).struct(), end


def _shift(footer: Struct, by: int) -> None:
    """Move every place that a footer names."""
    for group in footer[ROW_GROUPS][1][1]:
        _move(group, (GROUP_OFFSET,), by)
        for chunk in group[GROUP_COLUMNS][1][1]:
            _move(chunk, (CHUNK_OFFSET, *CHUNK_INDEXES), by)
            _move(chunk[CHUNK_ABOUT][1], ABOUT_OFFSETS, by)


def _move(struct: Struct, fields: Sequence[int], by: int) -> None:
    for field in fields:
        if field in struct and struct[field][1]:  # 0 says that there is no place
            struct[field] = (struct[field][0], struct[field][1] + by)


class _Reader:
    """Reads the compact protocol into dictionaries of field number to (type, value)."""

    def __init__(self, text: bytes) -> None:
        self.text, self.at = text, 0

    def byte(self) -> int:
        self.at += 1
        return self.text[self.at - 1]

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def integer(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def struct(self) -> Struct:
        found: Struct = {}
        field = 0
        while True:
            head = self.byte()
            if not head:
                return found
            field = field + (head >> 4) if head >> 4 else self.integer()
            found[field] = (head & 15, self.value(head & 15))

    def value(self, kind: int, inside: bool = False) -> Any:
        if kind in (TRUE, FALSE):
            return self.byte() if inside else None  # a field's type is its value; a list's truth values are bytes
        if kind == BYTE:
            return self.byte()
        if kind == DOUBLE:
            return self.bytes(8)
        if kind == BINARY:
            return self.bytes(self.varint())
        if kind in (LIST, SET):
            head = self.byte()
            count = head >> 4 if head >> 4 < 15 else self.varint()
            return head & 15, [self.value(head & 15, True) for _ in range(count)]
        if kind == STRUCT:
            return self.struct()
        if kind == MAP:
            raise NotAlike("a map in a Parquet footer")
        return self.integer()

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.text[self.at - count : self.at]


def _write_struct(out: bytearray, struct: Struct) -> None:
    before = 0
    for field, (kind, value) in struct.items():
        if 0 < field - before < 16:
            out.append((field - before) << 4 | kind)
        else:
            out.append(kind)
            _write_integer(out, field)
        before = field
        _write_value(out, kind, value)
    out.append(0)


def _write_value(out: bytearray, kind: int, value: Any) -> None:
    if value is None:
        return
    if kind in (TRUE, FALSE, BYTE):
        out.append(value)
    elif kind == DOUBLE:
        out += value
    elif kind == BINARY:
        _write_varint(out, len(value))
        out += value
    elif kind in (LIST, SET):
        inside, rows = value
        out.append((len(rows) if len(rows) < 15 else 15) << 4 | inside)
        if len(rows) >= 15:
            _write_varint(out, len(rows))
        for row in rows:
            _write_value(out, inside, row)
    elif kind == STRUCT:
        _write_struct(out, value)
    else:
        _write_integer(out, value)


def _write_varint(out: bytearray, value: int) -> None:
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def _write_integer(out: bytearray, value: int) -> None:
    _write_varint(out, value << 1 if value >= 0 else (-value << 1) - 1)
