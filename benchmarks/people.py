"""Invents people and households for the benchmarks: same seed, same files, any number."""

import pathlib
import sys

import duckdb

COUNTIES = ("231084", "231005", "230123", "141124", "141127", "140581", "210727", "210726", "211381")


def _share(salt: str, key: str) -> str:
    """A number in [0, 1) that depends on the row and the salt alone."""
    return f"((hash({key}, '{salt}', seed) % 1000003)::double / 1000003)"


def _maybe(value: str, salt: str, key: str, unknown: float = 0.002) -> str:
    return f"case when {_share(salt + '?', key)} < {unknown} then null else {value} end"


def _money(salt: str, key: str, share: float, most: int) -> str:
    """Money that a share of people have, skewed to small amounts."""
    amount = f"cast({_share(salt + '$', key)} * {_share(salt + '%', key)} * {most} as bigint)"
    return f"case when {_share(salt, key)} < {share} then {amount} else 0 end"


def _make_households(con: duckdb.DuckDBPyConnection, count: int, seed: int) -> None:
    counties = ", ".join(f"'{code}'" for code in COUNTIES)
    h = "i"
    con.execute(
        f"""
        create temp table base as
        select i, {seed} as seed, 40000000000 + i * 17 as household_id,
          list_value({counties})[1 + cast(floor(i * {len(COUNTIES)}.0 / {count}) as int)]
            || lpad(cast(101 + hash(i, 'township') % 9 as varchar), 3, '0') as place_code,
          {_share("size", h)} as s
        from range({count}) t(i);
        create temp table households as
        select household_id, place_code, {_share("rural", h)} < 0.6 as is_rural,
          {_maybe(_money("farm", h, 0.5, 160000), "farm", h)} as farm_income_fen_m,
          {_maybe(_money("support", h, 0.2, 60000), "support", h)} as support_income_fen_m,
          {_maybe(_money("deposits", h, 0.6, 20000000), "deposits", h, 0.02)} as deposits_fen,
          {_maybe(_money("rigid", h, 0.3, 4000000), "rigid", h)} as rigid_spending_fen_y,
          {_share("held", h)} < 0.2 as held_dibao,
          case when {_share("held", h)} < 0.2 then cast(10000 + {_share("heldfen", h)} * 60000 as bigint) else 0 end
            as held_dibao_fen_m,
          case when {_share("held", h)} < 0.15 then 1 when {_share("held", h)} < 0.19 then 2
            when {_share("held", h)} < 0.2 then 3 else 0 end as held_dibao_route
        from base order by household_id
        """
    )


def _make_persons(con: duckdb.DuckDBPyConnection) -> None:
    p = "n"
    con.execute(
        f"""
        create temp table persons as
        with members as (
          select household_id, seed, i * 8 + m as n, m from base,
            unnest(range(case when s < .25 then 1 when s < .55 then 2 when s < .8 then 3 when s < .92 then 4
              else 5 end)) t(m)
        ), aged as (
          select *, cast({_share("age", p)} * case when m = 0 then 65 else 90 end as int)
            + case when m = 0 then 25 else 0 end as age
          from members
        ), disabled as (select *, {_share("disabled", p)} < 0.12 as d from aged)
        select 70000000000 + n as person_id, household_id,
          {_maybe("cast(age as bigint)", "age", p)} as age_years,
          {_share("dead", p)} < 0.004 as is_dead,
          case when m = 0 then 0 when m = 1 then 1 when age < 30 then 2 when age > 70 then 3 else 9 end::bigint
            as relation_code,
          {_maybe("age between 6 and 22", "student", p)} as is_student,
          {_maybe(f"case when age between 16 and 64 then {_money('wage', p, 0.5, 600000)} else 0 end", "wage", p)}
            as wage_fen_m,
          {_maybe(f"case when age between 16 and 64 then {_money('before', p, 0.5, 400000)} else 0 end", "before", p)}
            as wage_before_fen_m,
          {_maybe(_money("cost", p, 0.2, 30000), "cost", p)} as work_cost_fen_m,
          {_maybe(f"case when age >= 60 then {_money('pension', p, 0.8, 300000)} else 0 end", "pension", p)}
            as pension_fen_m,
          {_maybe(_money("business", p, 0.06, 300000), "business", p)} as business_income_fen_m,
          {_maybe(_money("transfer", p, 0.15, 40000), "transfer", p)} as transfer_income_fen_m,
          {_maybe("case when d then 1 + cast(hash(n, 'kind') % 7 as bigint) else 0 end", "kind", p)}
            as disability_kind,
          {_maybe("case when d then 1 + cast(hash(n, 'grade') % 4 as bigint) else 0 end", "grade", p)}
            as disability_grade,
          {_maybe(f"{_share('ill', p)} < 0.08", "ill", p)} as is_seriously_ill,
          {_maybe(_money("medical", p, 0.3, 6000000), "medical", p)} as medical_self_paid_fen_y,
          {_maybe(f"cast({_share('car', p)} < 0.06 as bigint)", "car", p)} as vehicle_count,
          {_maybe(f"cast({_share('home', p)} < 0.3 as bigint) + cast({_share('home', p)} < 0.03 as bigint)", "home", p)}
            as dwelling_count,
          {_maybe(f"cast({_share('company', p)} < 0.02 as bigint)", "company", p)} as company_count,
          {_maybe(f"{_share('able', p)} < 0.85", "able", p)} as supporters_able,
          {_maybe("case when age > 75 or d then cast(hash(n, 'care') % 7 as bigint) else 0 end", "care", p)}
            as self_care_failed_count,
          {_maybe(f"{_share('home?', p)} < 0.01", "inst", p)} as in_institution,
          {_share("tekun", p)} < 0.02 as held_tekun,
          case when {_share("tekun", p)} < 0.02 then 70000 else 0 end::bigint as held_tekun_fen_m,
          d and {_share("living", p)} < 0.3 as held_living_subsidy,
          d and {_share("careheld", p)} < 0.3 as held_care_subsidy,
          {_share("elsewhere", p)} < 0.003 as is_covered_elsewhere
        from disabled order by household_id, person_id
        """
    )


def make(folder: pathlib.Path, people: int, seed: int = 1) -> None:
    """Write persons.parquet and households.parquet with about ``people`` people in families of about 2.5."""
    folder.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect(":memory:")
    con.execute("set memory_limit = '1GB'; set preserve_insertion_order = true; set threads = 2")
    _make_households(con, round(people / 2.48), seed)
    _make_persons(con)
    for name in ("persons", "households"):
        con.execute(f"copy {name} to '{folder / name}.parquet' (format parquet, compression zstd)")
    con.close()


if __name__ == "__main__":
    make(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
