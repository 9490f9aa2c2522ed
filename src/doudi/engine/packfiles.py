"""Reads the files of the packs so that every problem can be named with file and line.

A pack is a folder below ``packs/`` with a ``pack.yaml``: the place it speaks for and since when.
"""

import contextlib
import dataclasses
import datetime as dt
import functools
import pathlib
import re
from collections.abc import Iterator
from typing import Any

from doudi.kernel import codes
from doudi.kernel.errors import BadInput

LINE = "__line__"
FIRST_YEAR, LAST_YEAR = 1949, 2100
_LIKE_A_DATE = re.compile(r"(?<![\d-])\d{4}-\d{2}-\d{2}(?![\d-])")


@functools.cache
def _lined_loader() -> Any:
    """Make the loader that keeps in every mapping the line it begins on."""
    import yaml  # not needed where what the files came to is at hand

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class LinedLoader(base):
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            keys = [self.construct_object(key, deep=True) for key, _ in node.value]
            twice = next((key for place, key in enumerate(keys) if key in keys[:place]), None)
            if twice is not None:
                raise BadInput(f"第 {node.start_mark.line + 1} 行起“{twice}”写了两次")
            found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
            found[LINE] = node.start_mark.line + 1
            return found

    return LinedLoader


@dataclasses.dataclass(frozen=True)
class Pack:
    """One jurisdiction's folder."""

    name: str
    place: str
    title: str
    since: dt.date
    folder: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Where:
    """A place in a pack file, as messages name it."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file} 第 {self.line} 行"


class Problems:
    """Gathers what is wrong in the files, so that one run names everything."""

    def __init__(self) -> None:
        self._found: list[BadInput] = []

    @contextlib.contextmanager
    def gathering(self) -> Iterator[None]:
        """Go on after a problem, keeping it."""
        try:
            yield
        except BadInput as error:
            self._found.append(error)

    def refuse(self) -> None:
        """Stop when anything was found.

        :raises BadInput: names every problem, one a line.
        """
        if self._found:
            texts = dict.fromkeys(one.text for one in self._found)
            raise BadInput("\n".join(texts), next_step=self._found[0].step)


def read(path: pathlib.Path, root: pathlib.Path) -> Any:
    """Read a YAML file; mappings carry their line under ``LINE``.

    :raises BadInput: not YAML, or a key twice.
    """
    import yaml

    shown = shown_path(path, root)
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_lined_loader())
    except BadInput as error:
        raise BadInput(error.text, where=shown) from error
    except ValueError as error:  # a date such as 2022-02-30, or bytes that are not UTF-8
        day = _impossible_date(path)
        if day is None:
            raise BadInput(f"不是可读的 YAML:{error}", where=shown) from error
        line, text = day
        raise BadInput(
            f"“{text}”不是日历上的日期", where=f"{shown} 第 {line} 行", next_step="请写成 2022-04-15 的样子"
        ) from error
    except (OSError, yaml.YAMLError) as error:
        raise BadInput(f"不是可读的 YAML:{error}", where=shown) from error


def _impossible_date(path: pathlib.Path) -> tuple[int, str] | None:
    """Find the first thing in a file that looks like a date and is none, with its line."""
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        for text in _LIKE_A_DATE.findall(line):
            try:
                dt.date.fromisoformat(text)
            except ValueError:
                return number, text
    return None


def shown_path(path: pathlib.Path, root: pathlib.Path) -> str:
    return path.relative_to(root.parent).as_posix()


def where_of(row: Any, path: pathlib.Path, root: pathlib.Path) -> Where:
    """Give the place of a mapping that :func:`read` gave."""
    return Where(shown_path(path, root), row.get(LINE, 1) if isinstance(row, dict) else 1)


def without_line(row: dict[str, Any]) -> dict[str, Any]:
    """Give a mapping, and the mappings inside it, as the author wrote them."""
    return {key: without_line(value) if isinstance(value, dict) else value for key, value in row.items() if key != LINE}


def packs_in(root: pathlib.Path) -> list[Pack]:
    """List the packs, the national one first.

    :raises BadInput: a pack without place or date, or two packs for one place.
    """
    found: list[Pack] = []
    for path in sorted(root.glob("*/pack.yaml")):
        row = read(path, root)
        where = str(where_of(row, path, root))
        since = date_in(row, "since", where)
        if since is None or "place" not in row:
            raise BadInput("政策包要写明 place 和 since", where=where)
        pack = Pack(path.parent.name, codes.check(str(row["place"])), str(row.get("title", "")), since, path.parent)
        other = next((one for one in found if one.place == pack.place), None)
        if other:
            raise BadInput(f"{other.name} 和 {pack.name} 都说是 {pack.place or '全国'} 的政策包", where=where)
        found.append(pack)
    if not any(pack.place == "" for pack in found):
        raise BadInput("没有全国政策包 cn", where=root.name, next_step='在 packs/cn/pack.yaml 写 place: "" 和 since')
    return sorted(found, key=lambda pack: pack.place)


def date_in(row: dict[str, Any], name: str, where: str) -> dt.date | None:
    """Read a date of a mapping; None when it is not there.

    :raises BadInput: not a full date.
    """
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise BadInput(f"{name} 应为 2022-04-01 这样的日期,读到“{value}”", where=where)
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise BadInput(
            f"{name} 写的是 {value},不在 {FIRST_YEAR} 至 {LAST_YEAR} 年", where=where, next_step="请核对年份"
        )
    return value
