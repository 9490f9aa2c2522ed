"""The gate for files: every fault is told with file, column and row, and nothing is half-written."""

import pathlib
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from doudi.engine import bulk
from doudi.engine.files import find
from doudi.kernel.errors import BadInput
from tests.engine.families import SmallLaw, invented_families, write_tables
from tests.engine.small_law import ON

LAW = SmallLaw()
PERSONS = "person_id,household_id,age_years,is_dead,wage_fen_m\n1,10,43,false,70000\n2,10,,否,\n"
HOUSEHOLDS = "household_id,place_code,is_rural,deposits_fen,held_dibao,held_dibao_fen_m\n10,231084101,是,0,false,0\n"


def run(folder: pathlib.Path, **options: Any) -> bulk.BulkResult:
    return bulk.decide_files(LAW, find(folder, "person"), find(folder, "household"), folder / "out", ON, **options)


def put(folder: pathlib.Path, persons: str = PERSONS, households: str = HOUSEHOLDS) -> pathlib.Path:
    (folder / "persons.csv").write_text(persons, encoding="utf-8")
    (folder / "households.csv").write_text(households, encoding="utf-8")
    return folder


def test_csv_is_read_with_blanks_as_unknown(tmp_path: pathlib.Path) -> None:
    result = run(put(tmp_path))

    assert (result.household_count, result.person_count) == (1, 2)
    rows = pq.read_table(tmp_path / "out/households.parquet").to_pylist()
    assert rows[0]["dibao_outcome"] == 2
    assert rows[0]["dibao_amount_fen_m"] is None
    assert (tmp_path / "out/run.json").exists()


@pytest.mark.parametrize(
    ("persons", "households", "words"),
    [
        (PERSONS.replace("70000", "七百"), HOUSEHOLDS, "persons.csv:第 2 行 wage_fen_m.*整数.*七百"),
        (PERSONS.replace("70000", "700.5"), HOUSEHOLDS, "第 2 行 wage_fen_m"),
        (PERSONS.replace("2,10,,否,", "2,10,,也许,"), HOUSEHOLDS, "第 3 行 is_dead.*true 或 false"),
        (PERSONS.replace("43", "143"), HOUSEHOLDS, "第 1 行 age_years.*不能大于 130"),
        (PERSONS.replace("1,10,43", "1,,43"), HOUSEHOLDS, "第 1 行 household_id"),
        (PERSONS.replace("2,10", "2,11"), HOUSEHOLDS, "第 2 行的人 2 所在家庭 11 不在家庭文件里"),
        (PERSONS.replace("is_dead", "is_ded"), HOUSEHOLDS, "缺少必需的列 is_dead"),
        (PERSONS.replace("wage_fen_m", "wages_fen_m"), HOUSEHOLDS, "不认识的列 wages_fen_m"),
        (PERSONS.splitlines()[0] + "\n", HOUSEHOLDS, "没有数据行"),
        ("", HOUSEHOLDS, "文件是空的"),
        (PERSONS, HOUSEHOLDS + HOUSEHOLDS.splitlines()[1] + "\n", "家庭 10 出现了不止一次"),
        (PERSONS, HOUSEHOLDS.replace("231084101", "宁安"), "place_code“宁安”不是行政区划代码"),
    ],
)
def test_a_bad_csv_is_refused(tmp_path: pathlib.Path, persons: str, households: str, words: str) -> None:
    put(tmp_path, persons, households)

    with pytest.raises(BadInput, match=words):
        run(tmp_path)

    assert list((tmp_path / "out").glob("*")) == []


def test_a_csv_in_another_encoding_is_refused(tmp_path: pathlib.Path) -> None:
    put(tmp_path)
    (tmp_path / "persons.csv").write_bytes(PERSONS.replace("person_id", "人员").encode("gb18030"))

    with pytest.raises(BadInput, match="UTF-8"):
        run(tmp_path)


def test_a_missing_or_double_file_is_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(BadInput, match=r"没有 persons\.parquet"):
        find(tmp_path, "person")
    put(tmp_path)
    (tmp_path / "persons.parquet").write_bytes(b"PAR1")
    with pytest.raises(BadInput, match="同时存在"):
        find(tmp_path, "person")


def test_a_broken_parquet_is_refused(tmp_path: pathlib.Path) -> None:
    put(tmp_path)
    (tmp_path / "persons.csv").unlink()
    (tmp_path / "persons.parquet").write_bytes(b"not parquet")

    with pytest.raises(BadInput, match="不是可读的 Parquet"):
        run(tmp_path)


@pytest.mark.parametrize(
    ("name", "column", "values", "words"),
    [
        ("persons", "wage_fen_m", pa.array([1.5, 2.0]), "列 wage_fen_m 应为整数"),
        ("persons", "age_years", pa.array([5, -1]), "第 2 行 age_years.*不能小于 0"),
        ("persons", "is_dead", pa.array([False, None]), "第 2 行 is_dead.*必须填写"),
        ("persons", "disability_grade", pa.array([2, 7]), "第 2 行 disability_grade.*没有代码 7"),
    ],
)
def test_a_bad_parquet_column_is_refused(
    tmp_path: pathlib.Path, name: str, column: str, values: pa.Array, words: str
) -> None:
    families = invented_families(LAW.inputs, 2, seed=1, unknown_share=0.0)
    for family in families:
        family["persons"] = family["persons"][:1]
    write_tables(LAW.inputs, families, tmp_path)
    table = pq.read_table(tmp_path / f"{name}.parquet")
    table = table.set_column(table.column_names.index(column), column, values)
    pq.write_table(table, tmp_path / f"{name}.parquet")

    with pytest.raises(BadInput, match=words):
        run(tmp_path)


def test_the_place_may_be_given_once_for_all(tmp_path: pathlib.Path) -> None:
    put(tmp_path, PERSONS, HOUSEHOLDS.replace("place_code,", "").replace("231084101,", ""))

    result = run(tmp_path, place_code="231084")

    assert result.household_count == 1


def test_an_amount_beyond_all_measure_is_refused(tmp_path: pathlib.Path) -> None:
    put(tmp_path, PERSONS.replace("70000", "9000000000000000000"))

    with pytest.raises(BadInput, match=r"第 1 行 wage_fen_m.*不能大于"):
        run(tmp_path)
