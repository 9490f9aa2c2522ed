"""A small law of our own for testing the engine: invented, but with every construct of the language."""

import datetime as dt

from doudi.engine.inputs import Input, Inputs
from doudi.engine.lang import (
    HOUSEHOLD,
    PERSON,
    Programme,
    certainly,
    div,
    law,
    least,
    missing,
    most,
    not_,
    number,
    permille,
    up_to,
    where,
)
from doudi.engine.ruleset import RuleSet

ACT = law("TEST1", "试验办法")
ON = dt.date(2022, 4, 15)

INPUTS = Inputs(
    (
        Input("person_id", "person", "key"),
        Input("household_id", "person", "key"),
        Input("age_years", "person", "int", True, "年龄", "岁", high=130, ask="公安部门"),
        Input("is_dead", "person", "bool", False, "已故"),
        Input("wage_fen_m", "person", "int", True, "工资", "fen/month", ask="用人单位", stale_days=180),
        Input("work_cost_fen_m", "person", "int", True, "务工成本", "fen/month", ask="本人"),
        Input("business_income_fen_m", "person", "int", True, "经营净收入", "fen/month", low=None, ask="税务部门"),
        Input(
            "disability_grade",
            "person",
            "code",
            True,
            "残疾等级",
            ask="残联",
            values={0: "无", 1: "一级", 2: "二级", 3: "三级", 4: "四级"},
        ),
        Input("supporters_able", "person", "bool", True, "有能力的赡养人", ask="入户调查"),
        Input("vehicle_count", "person", "int", True, "车辆", "辆", ask="公安交管部门"),
        Input("household_id", "household", "key"),
        Input("place_code", "household", "text"),
        Input("is_rural", "household", "bool", False, "农村"),
        Input("deposits_fen", "household", "int", True, "存款", "fen", ask="银行核对"),
        Input("rigid_spending_fen_y", "household", "int", True, "刚性支出", "fen/year", ask="入户调查"),
        Input("held_dibao", "household", "bool", False, "在保"),
        Input("held_dibao_fen_m", "household", "int", False, "在保金额", "fen/month"),
    )
)
PARAMETERS = ("standard_fen_m_pc", "deduct_permille", "deposit_months", "phase_out_months", "care_fen_m")

family = Programme("family")
dibao = Programme("dibao")
tekun = Programme("tekun")
marginal = Programme("dibao_marginal")
living = Programme("disability_living_subsidy")


@family.fact(PERSON, ACT["1"], label="计入工资", unit="fen/month")
def wage_counted_fen_m(wage_fen_m, work_cost_fen_m, deduct_permille):
    net = most(wage_fen_m - work_cost_fen_m, 0)
    return net - permille(net, deduct_permille)


@family.fact(PERSON, ACT["1"], label="本人收入", unit="fen/month", until="2022-01-01")
def income_fen_m(wage_counted_fen_m):
    return wage_counted_fen_m


@family.fact(PERSON, (ACT["1"], ACT["2"]), label="本人收入", unit="fen/month", since="2022-01-01")
def income_fen_m(wage_counted_fen_m, business_income_fen_m):  # noqa: F811
    return where(business_income_fen_m < 0, wage_counted_fen_m, wage_counted_fen_m + business_income_fen_m)


@family.fact(PERSON, ACT["3"], label="重度残疾")
def is_severe(disability_grade):
    return (disability_grade >= 1) & (disability_grade <= 2)


@tekun.applies(PERSON, ACT["4"])
def tekun_at_stake(age_years, is_severe):
    return missing(age_years) | certainly(age_years >= 60) | certainly(age_years < 18) | certainly(is_severe)


@tekun.criterion(0, PERSON, ACT["4"], label="老幼残", yes="属于老幼残", no="年龄{age_years},不属于")
def tekun_frail(age_years, is_severe):
    return (age_years >= 60) | (age_years < 18) | is_severe


@tekun.criterion(1, PERSON, ACT["4"], label="无赡养", yes="无人赡养", no="有人赡养", ask="入户核实")
def tekun_alone(supporters_able):
    return not_(supporters_able)


@tekun.criterion(2, PERSON, ACT["4"], label="无收入", yes="收入{income_fen_m}低于标准", no="收入不低于标准")
def tekun_poor(income_fen_m, standard_fen_m_pc):
    return income_fen_m < standard_fen_m_pc


@tekun.entitled(1, PERSON, ACT["4"], name="home", label="分散供养")
def tekun_entitled(tekun_frail, tekun_alone, tekun_poor, is_dead):
    return tekun_frail & tekun_alone & tekun_poor & not_(is_dead)


@tekun.amount(PERSON, ACT["5"], label="供养标准加照料")
def tekun_amount(standard_fen_m_pc, care_fen_m, disability_grade):
    return up_to(permille(standard_fen_m_pc, 1300), 100) + where(disability_grade == 1, care_fen_m, 0)


@family.fact(PERSON, ACT["6"], label="计入家庭的收入", unit="fen/month")
def income_rest_fen_m(income_fen_m, tekun_granted):
    return where(tekun_granted, 0, income_fen_m)


@family.fact(PERSON, ACT["6"], label="计入家庭人口")
def counts_in_family(tekun_granted, is_dead):
    return not_(tekun_granted) & not_(is_dead)


@family.fact(PERSON, ACT["6"], label="有车")
def owns_vehicle(vehicle_count):
    return vehicle_count > 0


family.total("income_hh_fen_m", of="income_rest_fen_m", cite=ACT["6"], label="家庭收入", unit="fen/month")
family.total("head_count", of=counts_in_family, cite=ACT["6"], label="家庭人口", unit="person")
family.total("member_count", cite=ACT["6"], label="成员", unit="person")
family.anyone("has_vehicle", of="owns_vehicle", cite=ACT["7"], label="有成员有车")
family.everyone("all_dead", of="is_dead", cite=ACT["7"], label="均已故")


@family.fact(HOUSEHOLD, ACT["6"], label="人均月收入", unit="fen/month")
def income_fen_m_pc(income_hh_fen_m, head_count):
    return div(income_hh_fen_m, most(head_count, 1))


@dibao.criterion(
    1, HOUSEHOLD, ACT["8"], label="收入低于标准", yes="人均{income_fen_m_pc}低于{standard_fen_m_pc}",
    no="人均{income_fen_m_pc}不低于{standard_fen_m_pc}", ask="核对收入",
)  # fmt: skip
def dibao_poor(income_fen_m_pc, standard_fen_m_pc):
    return income_fen_m_pc < standard_fen_m_pc


@dibao.criterion(2, HOUSEHOLD, ACT["8"], label="财产", yes="存款未超", no="存款{deposits_fen}超过", ask="银行核对")
def dibao_deposits(deposits_fen, standard_fen_m_pc, head_count, deposit_months):
    return deposits_fen <= standard_fen_m_pc * head_count * deposit_months


@dibao.criterion(5, HOUSEHOLD, ACT["8"], label="无车", yes="无车", no="有车")
def dibao_no_vehicle(has_vehicle):
    return not_(has_vehicle)


@dibao.entitled(1, HOUSEHOLD, ACT["8"], name="household", label="整户")
def dibao_household(dibao_poor, dibao_deposits, dibao_no_vehicle, head_count, all_dead):
    return dibao_poor & dibao_deposits & dibao_no_vehicle & (head_count > 0) & not_(all_dead)


@dibao.entitled(3, HOUSEHOLD, ACT["9"], name="phase_out", label="渐退", since="2022-01-01")
def dibao_phase_out(held_dibao, dibao_poor, phase_out_months):
    return held_dibao & not_(dibao_poor) & (phase_out_months > 0)


@dibao.amount(HOUSEHOLD, ACT["10"], route=1, label="差额")
def dibao_gap(standard_fen_m_pc, head_count, income_hh_fen_m, is_rural):
    gap = most(standard_fen_m_pc * head_count - income_hh_fen_m, 0)
    return where(is_rural, gap, up_to(gap, 100))


@dibao.amount(HOUSEHOLD, ACT["10"], label="原额一半")
def dibao_half(held_dibao_fen_m):
    return div(held_dibao_fen_m, 2)


@marginal.criterion(0, HOUSEHOLD, ACT["11"], label="收入低于1.5倍", yes="低于", no="不低于")
def marginal_poor(income_fen_m_pc, standard_fen_m_pc, rigid_spending_fen_y):
    room = income_fen_m_pc - div(rigid_spending_fen_y, 12)
    return least(room, income_fen_m_pc) < div(standard_fen_m_pc * 3, 2)


@marginal.entitled(1, HOUSEHOLD, ACT["11"], label="低保边缘")
def marginal_entitled(marginal_poor, dibao_granted):
    return marginal_poor & not_(dibao_granted)


@living.criterion(0, PERSON, ACT["12"], label="低保家庭", yes="是", no="否")
def living_in_dibao(dibao_granted):
    return dibao_granted


@living.entitled(1, PERSON, ACT["12"], label="生活补贴")
def living_entitled(living_in_dibao, disability_grade, tekun_granted):
    return living_in_dibao & (disability_grade > 0) & not_(tekun_granted)


@living.amount(PERSON, ACT["12"])
def living_amount(is_severe):
    return 8000 + number(is_severe) * 2000


PROGRAMMES = (family, tekun, dibao, marginal, living)


def rules_on(on: dt.date = ON) -> RuleSet:
    return RuleSet(PROGRAMMES, INPUTS, PARAMETERS, on)
