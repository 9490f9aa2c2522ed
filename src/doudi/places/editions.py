"""Turn yearly editions of the statistical division codes into dated names and a list of changes.

Each edition is a folder with ``cities.csv``, ``areas.csv``, ``streets.csv`` and ``villages.csv``
(columns ``code`` and ``name`` at least) that shows the state at its cut-off day.  Between two
cut-offs the day of a change is not known: the later cut-off is taken, and nothing is called
verified.  Where a township went is read from its villages: the township that holds most of the
villages of the same names in the next edition is its successor.

Run by a maintainer when a new edition is out: ``python -m doudi.places.editions OUT 2023-06-30=FOLDER ...``.
"""

import collections
import csv
import datetime as dt
import itertools
import pathlib
import sys
from collections.abc import Iterable, Iterator

from doudi.kernel import codes
from doudi.places import kinds

PROVINCES = ("14", "21", "23")
VILLAGES_OF = ("141124", "210727", "231084")
UPPER_FILES = ("provinces", "cities", "areas", "streets")
DIVISION_FIELDS = ("code", "name", "kind", "since", "until")
CHANGE_FIELDS = ("kind", "from_code", "to_code", "effective_on", "document", "verified", "note")

Edition = tuple[dt.date, dict[str, str], dict[str, str]]


def read_edition(day: dt.date, folder: pathlib.Path) -> Edition:
    """Read one edition: its day, the names down to townships, and the names of villages."""
    upper: dict[str, str] = {}
    for stem in UPPER_FILES:
        upper.update(_names(folder / f"{stem}.csv"))
    return day, upper, dict(_names(folder / "villages.csv"))


def dated_names(editions: list[Edition]) -> list[dict[str, str]]:
    """Join editions, oldest first, into periods. Grain: code and unbroken period of one name."""
    open_rows: dict[str, tuple[str, str]] = {}
    closed: list[dict[str, str]] = []
    for number, (day, names, _villages) in enumerate(editions):
        for code, (name, since) in list(open_rows.items()):
            if names.get(code) != name:
                closed.append(_row(code, name, since, day.isoformat()))
                del open_rows[code]
        for code, name in names.items():
            open_rows.setdefault(code, (name, day.isoformat() if number else ""))
    closed.extend(_row(code, name, since, "") for code, (name, since) in open_rows.items())
    return sorted(closed, key=lambda row: (row["code"], row["since"]))


def changes_between(editions: list[Edition]) -> list[dict[str, str]]:
    """List what became of the townships and counties that an edition no longer shows, and renames."""
    found: list[dict[str, str]] = []
    for (before_day, before, before_villages), (day, after, after_villages) in itertools.pairwise(editions):
        note = f"{before_day:%Y-%m-%d} 至 {day:%Y-%m-%d} 之间,确切日期未查明"
        gone = {code for code in before if code not in after}
        for code, successor, kind in _successors(gone, before, before_villages, after, after_villages):
            found.append(_change(kind, code, successor, day, note))
        for code in sorted(code for code in before if after.get(code, before[code]) != before[code]):
            found.append(_change("rename", code, code, day, f"{before[code]} → {after[code]};{note}"))
    return found


def villages(edition: Edition) -> list[dict[str, str]]:
    """List the villages of the demo counties by the names of their places."""
    return [
        {"code": code, "name": kinds.place_name(code, name), "kind": kinds.kind_of(code, name)}
        for code, name in sorted(edition[2].items())
        if code.startswith(VILLAGES_OF)
    ]


def _names(path: pathlib.Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            code = codes.from_padded(row["code"]) if len(row["code"]) not in codes.LENGTHS else row["code"]
            if code.startswith(PROVINCES) and not kinds.is_filler(row["name"]):
                yield code, row["name"]


def _row(code: str, name: str, since: str, until: str) -> dict[str, str]:
    return {"code": code, "name": name, "kind": kinds.kind_of(code, name), "since": since, "until": until}


def _change(kind: str, code: str, successor: str, day: dt.date, note: str) -> dict[str, str]:
    document = "国家统计局《统计用区划代码和城乡划分代码》相邻两版对照"
    return dict(zip(CHANGE_FIELDS, (kind, code, successor, day.isoformat(), document, "false", note), strict=True))


def _successors(
    gone: set[str],
    before: dict[str, str],
    before_villages: dict[str, str],
    after: dict[str, str],
    after_villages: dict[str, str],
) -> Iterable[tuple[str, str, str]]:
    """Yield ``(code, successor, kind)`` for townships whose villages, or whose name, turn up elsewhere."""
    homes: dict[tuple[str, str], set[str]] = collections.defaultdict(set)
    for village, name in after_villages.items():
        homes[village[:4], name].add(village[:9])
    inhabitants: dict[str, list[str]] = collections.defaultdict(list)
    for village, name in before_villages.items():
        inhabitants[village[:9]].append(name)
    by_name: dict[tuple[str, str], str] = {(code[:4], name): code for code, name in after.items() if len(code) == 9}
    targets: dict[str, str] = {}
    for code in sorted(code for code in gone if len(code) == 9):
        votes: collections.Counter[str] = collections.Counter()
        for name in inhabitants[code]:
            candidates = {home for home in homes.get((code[:4], name), ()) if home in after}
            if len(candidates) == 1:
                votes[candidates.pop()] += 1
        best = votes.most_common(1)
        if best and best[0][1] * 2 > sum(votes.values()) and best[0][1] * 3 > len(inhabitants[code]):
            targets[code] = best[0][0]
        elif (code[:4], before[code]) in by_name:
            targets[code] = by_name[code[:4], before[code]]
    yield from _with_kind(targets, before)
    yield from _with_kind(dict(_county_successors(gone, targets)), before)


def _county_successors(gone: set[str], targets: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Find where a vanished county went: to the county that took most of its townships."""
    for county in sorted(code for code in gone if len(code) == 6):
        votes = collections.Counter(new[:6] for old, new in targets.items() if old.startswith(county))
        if votes:
            yield county, votes.most_common(1)[0][0]


def _with_kind(targets: dict[str, str], before: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Call it a merge when the successor was there or takes several, else a move or a new name in place."""
    shared = collections.Counter(targets.values())
    for code, successor in targets.items():
        if successor in before or shared[successor] > 1:
            yield code, successor, "merge"
        else:
            yield code, successor, "rename" if codes.parent(code) == codes.parent(successor) else "move"


def _write(path: pathlib.Path, fields: tuple[str, ...], rows: Iterable[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main(out: str, *editions: str) -> None:
    """Write ``divisions.csv``, ``villages.csv`` and ``changes.csv`` from ``DAY=FOLDER`` arguments."""
    folder = pathlib.Path(out)
    parts = (edition.partition("=") for edition in editions)
    pairs = sorted((dt.date.fromisoformat(day), pathlib.Path(path)) for day, _, path in parts)
    read = [read_edition(day, path) for day, path in pairs]
    _write(folder / "divisions.csv", DIVISION_FIELDS, dated_names(read))
    _write(folder / "villages.csv", ("code", "name", "kind"), villages(read[-1]))
    _write(folder / "changes.csv", CHANGE_FIELDS, changes_between(read))


if __name__ == "__main__":
    main(*sys.argv[1:])
