"""All programmes of 2022-04-15 as plain Python, family by family: if and else, None for unknown.

Reads and writes the same Parquet as ``doudi decide``; knows nothing of the rule language.
"""

import pathlib
import sys
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, Any]


def both(*answers: bool | None) -> bool | None:
    """And with unknown: one certain no is enough."""
    unknown = False
    for answer in answers:
        if answer is None:
            unknown = True
        elif not answer:
            return False
    return None if unknown else True


def either(*answers: bool | None) -> bool | None:
    """Or with unknown: one certain yes is enough."""
    unknown = False
    for answer in answers:
        if answer is None:
            unknown = True
        elif answer:
            return True
    return None if unknown else False


def no(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def words(answers: list[bool | None]) -> tuple[int, int]:
    met = unknown = 0
    for bit, answer in enumerate(answers):
        if answer is None:
            unknown |= 1 << bit
        elif answer:
            met |= 1 << bit
    return met, unknown


def below(value: int | None, line: int | None) -> bool | None:
    return None if value is None or line is None else value < line


def within(value: int | None, limit: int | None) -> bool | None:
    return None if value is None or limit is None else value <= limit


def put(row: Row, name: str, grant: bool | None, amount: int | None, answers: list[bool | None]) -> None:
    """Write one programme's four columns."""
    if grant is False:
        amount = 0
    outcome = 2 if grant is None or amount is None else int(grant)
    row[f"{name}_outcome"] = outcome
    row[f"{name}_amount_fen_m"] = None if outcome == 2 else amount
    row[f"{name}_criteria_met"], row[f"{name}_criteria_unknown"] = words(answers)


def counted_income(p: Row, q: Row) -> int | None:
    parts = [p["wage_in"], pension_in(p["pension_fen_m"], q), p["business_income_fen_m"], p["transfer_income_fen_m"]]
    if None in parts:
        return None
    if parts[2] < 0:
        parts[2] = 0
    illness = 0
    if q["illness_deduction_permille"] > 0:
        if p["is_seriously_ill"] is None:
            return None
        if p["is_seriously_ill"]:
            if p["medical_self_paid_fen_y"] is None:
                return None
            illness = p["medical_self_paid_fen_y"] // 12 * q["illness_deduction_permille"] // 1000
    return max(sum(parts) - illness, 0)


def wage_in(p: Row) -> int | None:
    if p["wage_fen_m"] == 0:
        return 0
    if p["wage_fen_m"] is None or p["work_cost_fen_m"] is None:
        return None
    return max(p["wage_fen_m"] - p["work_cost_fen_m"], 0)


def pension_in(pension: int | None, q: Row) -> int | None:
    if pension is None or pension > q["resident_pension_ceiling_fen_m"]:
        return pension
    return max(pension - q["resident_pension_exempt_fen_m"], 0)


def wage_rise(p: Row) -> int | None:
    if p["is_dead"]:
        return 0
    if p["wage_fen_m"] is None or p["wage_in"] is None or p["wage_before_fen_m"] is None:
        return None
    cost = 0 if p["wage_fen_m"] == 0 else p["work_cost_fen_m"]
    if cost is None:
        return None
    return max(p["wage_in"] - max(p["wage_before_fen_m"] - cost, 0), 0)


def kind_of_disability(p: Row) -> None:
    grade, kind = p["disability_grade"], p["disability_kind"]
    p["severe"] = None if grade is None else 1 <= grade <= 2
    p["mind"] = None if kind is None else 5 <= kind <= 6


def cannot_work(p: Row, q: Row) -> bool | None:
    age, grade, kind = p["age_years"], p["disability_grade"], p["disability_kind"]
    old_or_young = None if age is None else age >= 60 or age < q["tekun_entry_age_below"]
    listed = either(
        both(p["mind"], within(grade, 3)),
        both(None if kind is None else kind == 4, within(grade, 2)),
        both(None if kind is None else kind == 1, None if grade is None else grade == 1),
        both(None if kind is None else kind == 7, within(grade, q["tekun_multiple_disability_grade"])),
    )
    disabled = both(None if grade is None else grade >= 1, listed)
    keeps = both(p["held_tekun"], either(below(age, 18), both(within(age, 21), p["is_student"])))
    return either(old_or_young, disabled, keeps)


def care_pay(p: Row, q: Row, where: str) -> int | None:
    failed = p["self_care_failed_count"]
    if failed is None:
        return None
    degree = "able" if failed == 0 else "wholly" if failed >= 4 else "partly"
    return int(q[f"tekun_care_{degree}_{where}_fen_m"] + q[f"tekun_basic_{where}_fen_m"])


def decide_tekun(p: Row, q: Row, shared_pc: int | None, deposits_pc: int | None, out: Row) -> None:
    own = None if p["counted"] is None or shared_pc is None else p["counted"] + shared_pc
    standard = q["dibao_standard_fen_m_pc"]
    answers = [
        not p["is_dead"],
        cannot_work(p, q),
        below(own, standard),
        both(
            within(p["vehicle_count"], 0),
            within(p["company_count"], 0),
            within(p["dwelling_count"], q["tekun_dwelling_limit"]),
            within(deposits_pc, standard * q["tekun_deposit_months"]),
        ),
        no(p["supporters_able"]),
        not p["is_covered_elsewhere"],
    ]
    fits = both(*answers)
    inside = both(fits, p["in_institution"])
    amount, route = None, 0
    if inside:
        amount, route = care_pay(p, q, "institution"), 1
    elif inside is False and fits:
        amount, route = care_pay(p, q, "home"), 2
    grant = None if inside is None else fits
    p["on_tekun"] = grant
    put(out, "tekun", grant, amount, answers)
    out["tekun_route"] = route if out["tekun_outcome"] == 1 else 0


def member_shares(p: Row, q: Row) -> None:
    counts = both(not p["is_dead"], no(p["on_tekun"]))
    p["counts"] = counts
    for share, value in (
        ("income_share", p["counted"]),
        ("vehicles", p["vehicle_count"]),
        ("dwellings", p["dwelling_count"]),
        ("companies", p["company_count"]),
        ("medical", p["medical_self_paid_fen_y"]),
    ):
        p[share] = value if counts else 0 if counts is False else None
    grade_three = both(p["mind"], None if p["disability_grade"] is None else p["disability_grade"] == 3)
    alone = both(counts, either(p["severe"], grade_three, p["is_seriously_ill"]))
    p["alone"] = alone
    p["single"] = 0 if alone is False else None
    if alone:
        own = p["counted"] if q["single_person_counts_income"] > 0 else 0
        if own is not None:
            p["single"] = max(q["dibao_standard_fen_m_pc"] * q["single_person_permille"] // 1000 - own, 0)


def total(persons: list[Row], name: str) -> int | None:
    result = 0
    for p in persons:
        if p[name] is None:
            return None
        result += p[name]
    return result


def decide_household(h: Row, persons: list[Row], q: Row, shared: int | None, out: Row) -> Row:
    head, members = total(persons, "counts"), total(persons, "income_share")
    income = None if members is None or shared is None else members + shared
    line = None if head is None else head * q["dibao_standard_fen_m_pc"]
    vehicles, dwellings, companies = (total(persons, n) for n in ("vehicles", "dwellings", "companies"))
    alone, single_total, rise = total(persons, "alone"), total(persons, "single"), total(persons, "rise")
    twice = any(p["is_covered_elsewhere"] and not p["is_dead"] for p in persons)
    deposits = h["deposits_fen"]
    has_members = None if head is None else head > 0
    income_pc = None if income is None or head is None else income // max(head, 1)
    reaches = None if income is None or line is None else income >= line
    without_rise = None if income is None or rise is None else income - rise
    c = [
        has_members,
        below(income_pc, q["dibao_standard_fen_m_pc"]),
        within(vehicles, q["dibao_vehicle_limit"]),
        within(dwellings, q["dibao_dwelling_limit"]),
        within(companies, q["dibao_company_limit"]),
        within(deposits, None if line is None else line * q["dibao_deposit_months"]),
        not twice,
        both(None if alone is None else alone > 0, None if single_total is None else single_total > 0),
        both(h["held_dibao"], reaches, below(without_rise, line)),
    ]
    owns_little = both(c[2], c[3], c[4], c[5])
    whole = both(c[0], c[1], owns_little, c[6])
    phase_out = both(c[8], c[0], owns_little, c[6], q["phase_out_months"] > 0)
    edge_income = None if income is None else income * 1000
    m = [
        below(edge_income, None if line is None else line * q["marginal_line_permille"]),
        both(
            within(vehicles, q["marginal_vehicle_limit"]),
            within(dwellings, q["marginal_dwelling_limit"]),
            within(companies, q["marginal_company_limit"]),
        ),
        within(deposits, None if line is None else line * q["marginal_deposit_months"]),
        both(no(whole), no(phase_out)),
        has_members,
    ]
    edge = both(m[0], m[1], m[2], m[4], no(whole))
    single = both(c[7], edge, c[6])
    marginal = both(edge, m[3])
    amount, route, grant = dibao_amount(h, q, (whole, single, phase_out), line, income, single_total)
    put(out, "dibao", grant, amount, c)
    out["dibao_route"] = route if out["dibao_outcome"] == 1 else 0
    put(out, "dibao_marginal", marginal, 0, m)
    r = rigid_answers(h, persons, q, income, head, (m, whole, phase_out, marginal))
    put(out, "rigid_expenditure", both(*r), 0, r)
    return {"family": either(whole, phase_out), "dibao": grant, "marginal": marginal}


def dibao_amount(
    h: Row, q: Row, ways: tuple[bool | None, ...], line: int | None, income: int | None, single_total: int | None
) -> tuple[int | None, int, bool | None]:
    for route, way in enumerate(ways, 1):
        if way is None:
            return None, 0, None
        if way:
            if route == 1:
                assert line is not None
                assert income is not None
                unit = max(q["dibao_rounding_fen"], 1)
                return (max(line - income, 0) + unit - 1) // unit * unit, 1, True
            if route == 2:
                return single_total, 2, True
            return h["held_dibao_fen_m"] * q["phase_out_pay_permille"] // 1000, 3, True
    return 0, 0, False


def rigid_answers(
    h: Row, persons: list[Row], q: Row, income: int | None, head: int | None, other: tuple[Any, ...]
) -> list[bool | None]:
    m, whole, phase_out, marginal = other
    medical = total(persons, "medical")
    spent = None if medical is None or h["rigid_spending_fen_y"] is None else medical + h["rigid_spending_fen_y"]
    reached: bool | None = None
    if spent is not None and income is not None:
        share, line = spent * 1000, income * 12 * q["rigid_ratio_permille"]
        reached = share >= line if q["rigid_ratio_inclusive"] > 0 else share > line
    return [
        q["rigid_opened"] > 0,
        below(income, None if head is None else q["disposable_income_fen_m_pc"] * head),
        both(reached, None if spent is None else spent > 0),
        both(m[1], m[2]),
        both(no(either(whole, phase_out, marginal)), m[4]),
    ]


def decide_subsidies(p: Row, q: Row, family: Row, out: Row) -> None:
    grade = p["disability_grade"]
    grade_three = both(p["mind"], None if grade is None else grade == 3, q["care_subsidy_covers_grade3_mind"] > 0)
    care = [
        not p["is_dead"],
        either(p["severe"], grade_three),
        no(both(p["on_tekun"], q["care_subsidy_excludes_tekun"] > 0)),
    ]
    pay = None if grade is None else q[f"care_subsidy_grade{grade if grade in (1, 2) else 3}_fen_m"]
    put(out, "disability_care_subsidy", both(*care), pay, care)
    living = [
        not p["is_dead"],
        None if grade is None else grade > 0,
        either(
            family["family"],
            both(family["dibao"], p["alone"]),
            both(family["marginal"], q["living_subsidy_covers_marginal"] > 0),
        ),
        no(p["on_tekun"]),
    ]
    put(out, "disability_living_subsidy", both(*living), q["living_subsidy_fen_m"], living)


def decide_family(h: Row, persons: list[Row], q: Row) -> tuple[Row, list[Row]]:
    living = sum(1 for p in persons if not p["is_dead"])
    shared = None
    if h["farm_income_fen_m"] is not None and h["support_income_fen_m"] is not None:
        shared = max(h["farm_income_fen_m"], 0) + h["support_income_fen_m"]
    shared_pc = None if shared is None else shared // max(living, 1)
    deposits_pc = None if h["deposits_fen"] is None else h["deposits_fen"] // max(living, 1)
    rows: list[Row] = []
    for p in persons:
        row = {"person_id": p["person_id"], "household_id": p["household_id"]}
        p["wage_in"] = wage_in(p)
        p["counted"] = counted_income(p, q)
        kind_of_disability(p)
        decide_tekun(p, q, shared_pc, deposits_pc, row)
        member_shares(p, q)
        p["rise"] = wage_rise(p)
        rows.append(row)
    household = {"household_id": h["household_id"]}
    family = decide_household(h, persons, q, shared, household)
    for p, row in zip(persons, rows, strict=True):
        decide_subsidies(p, q, family, row)
    return household, rows


def main(folder: pathlib.Path, out: pathlib.Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    parameters = {(q["place_code"], q["is_rural"]): q for q in pq.read_table(folder / "parameters.parquet").to_pylist()}
    members: dict[int, list[Row]] = {}
    for person in pq.read_table(folder / "persons.parquet").to_pylist():
        members.setdefault(person["household_id"], []).append(person)
    households, persons = [], []
    for h in pq.read_table(folder / "households.parquet").to_pylist():
        household, rows = decide_family(h, members[h["household_id"]], parameters[h["place_code"], h["is_rural"]])
        households.append(household)
        persons += rows
    pq.write_table(pa.Table.from_pylist(households), out / "households.parquet", compression="zstd")
    pq.write_table(pa.Table.from_pylist(persons), out / "persons.parquet", compression="zstd")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
