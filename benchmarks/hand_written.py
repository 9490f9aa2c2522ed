"""Runs hand_written.sql on a folder of people: Parquet to Parquet, nothing else."""

import pathlib
import sys

import duckdb

HOUSEHOLD_COLUMNS = "columns(c -> c = 'household_id' or c like 'dibao_%' or c like 'rigid_%')"


def main(folder: pathlib.Path, out: pathlib.Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(":memory:")
    for name in ("persons", "households", "parameters"):
        con.execute(f"create view {name} as select * from read_parquet('{folder / f'{name}.parquet'}')")
    text = (pathlib.Path(__file__).parent / "hand_written.sql").read_text(encoding="utf-8")
    for statement in text.split(";\n"):
        if statement.strip():
            con.execute(statement)
    for name, query in (
        ("persons", "select * from p3 order by household_id, person_id"),
        ("households", f"select {HOUSEHOLD_COLUMNS} from h2 order by household_id"),
    ):
        con.execute(f"copy ({query}) to '{out / f'{name}.parquet'}' (format parquet, compression zstd)")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
