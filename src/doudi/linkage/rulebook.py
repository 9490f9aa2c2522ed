"""Finds the rule and index files of the packs: ``packs/*/price_linkage/**.yaml``.

A file named ``indices*.yaml`` holds figures, a folder ``cases`` holds worked examples, the rest are rules.
"""

import functools
import pathlib
from collections.abc import Iterator

from doudi.kernel.errors import BadInput
from doudi.linkage import indexfile, indices, rulefile
from doudi.linkage.indices import IndexBook, IndexRow
from doudi.linkage.inforce import RuleBook
from doudi.linkage.model import RuleFile
from doudi.linkage.reading import Problems

FOLDER = "price_linkage"


def rule_paths(root: pathlib.Path) -> Iterator[pathlib.Path]:
    """List the rule files of all packs."""
    for path in sorted(root.glob(f"*/{FOLDER}/**/*.yaml")):
        if "cases" not in path.parts and not path.name.startswith("indices"):
            yield path


@functools.lru_cache(maxsize=4)
def load_rules(root: pathlib.Path) -> RuleBook:
    """Read every rule file.

    :raises BadInput: names every problem with file and line; also two files for one place and month.
    """
    problems = Problems()
    files: list[RuleFile] = []
    for path in rule_paths(root):
        with problems.gathering():
            file = rulefile.load(path, shown_path(path, root))
            check_against(file, files)
            files.append(file)
    problems.refuse()
    return RuleBook(files)


def check_against(file: RuleFile, others: list[RuleFile]) -> None:
    """Refuse a file that rules the same months of the same place as another one.

    :raises BadInput: names both places.
    """
    for other in others:
        if other.place != file.place:
            continue
        for one in file.versions:
            for held in other.versions:
                ends_before = held.last is not None and held.last < one.first
                begins_after = one.last is not None and one.last < held.first
                if not ends_before and not begins_after:
                    raise BadInput(
                        f"{file.name or file.place} 在同一时间有两份规则:{held.paper.document} 与 {one.paper.document}",
                        where=f"{held.where} 与 {one.where}",
                        next_step="一个地方的各段规则写在一个文件里,期间不能交叉",
                    )
        rulefile.check_phases([*other.phases, *file.phases])


@functools.lru_cache(maxsize=4)
def load_indices(root: pathlib.Path) -> IndexBook:
    """Read every index file of the packs.

    :raises BadInput: names every problem with file and line.
    """
    problems = Problems()
    rows: list[IndexRow] = []
    for path in sorted(root.glob(f"*/{FOLDER}/**/indices*.yaml")):
        with problems.gathering():
            rows += indexfile.load(path, shown=shown_path(path, root))
    problems.refuse()
    indices.check_rows(rows, is_selection=True)
    return IndexBook(rows)


def shown_path(path: pathlib.Path, root: pathlib.Path) -> str:
    return path.relative_to(root.parent).as_posix()
