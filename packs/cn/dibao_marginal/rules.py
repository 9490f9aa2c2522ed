"""Edge families (低保边缘家庭): not dibao, below the edge line, with property limits of their own."""

from doudi.engine.lang import HOUSEHOLD, Programme, law, not_

RULES = law("P1", "最低生活保障审核确认办法", since="2021-07-01")

dibao_marginal = Programme("dibao_marginal")


@dibao_marginal.criterion(
    0,
    HOUSEHOLD,
    RULES["第八条"],
    label="人均收入低于边缘线",
    yes="人均月收入{income_fen_m_pc}低于低保标准{dibao_standard_fen_m_pc}的{marginal_line_permille}",
    no="人均月收入{income_fen_m_pc}不低于低保标准{dibao_standard_fen_m_pc}的{marginal_line_permille}",
    ask="核对工资、养老金、经营和转移收入",
    since="2021-07-01",
)
def marginal_income_below(income_fen_m_hh, head_count, dibao_standard_fen_m_pc, marginal_line_permille):
    return income_fen_m_hh * 1000 < dibao_standard_fen_m_pc * head_count * marginal_line_permille


@dibao_marginal.criterion(
    1,
    HOUSEHOLD,
    RULES["第八条"],
    label="车辆、住房、企业符合边缘规定",
    yes="家庭机动车{vehicles_hh}、住房{dwellings_hh}、企业{companies_hh},未超过边缘家庭规定",
    no="家庭机动车{vehicles_hh}、住房{dwellings_hh}、企业{companies_hh},超过边缘家庭规定",
    ask="核对车辆、不动产、企业登记",
    since="2021-07-01",
)
def marginal_possessions_fit(
    vehicles_hh, dwellings_hh, companies_hh, marginal_vehicle_limit, marginal_dwelling_limit, marginal_company_limit
):
    vehicles = vehicles_hh <= marginal_vehicle_limit
    dwellings = dwellings_hh <= marginal_dwelling_limit
    return vehicles & dwellings & (companies_hh <= marginal_company_limit)


@dibao_marginal.fact(HOUSEHOLD, RULES["第八条"], label="金融资产上限", unit="fen", since="2021-07-01")
def marginal_deposit_limit_fen(dibao_standard_fen_m_pc, head_count, marginal_deposit_months):
    return dibao_standard_fen_m_pc * head_count * marginal_deposit_months


@dibao_marginal.criterion(
    2,
    HOUSEHOLD,
    RULES["第八条"],
    label="金融资产符合边缘规定",
    yes="家庭金融资产{deposits_fen},未超过上限{marginal_deposit_limit_fen}",
    no="家庭金融资产{deposits_fen},超过上限{marginal_deposit_limit_fen}",
    ask="向银行、证券机构核对存款",
    since="2021-07-01",
)
def marginal_deposits_fit(deposits_fen, marginal_deposit_limit_fen):
    return deposits_fen <= marginal_deposit_limit_fen


@dibao_marginal.criterion(
    3,
    HOUSEHOLD,
    RULES["第八条"],
    label="不在低保范围",
    yes="不符合整户低保,也不在渐退期",
    no="整户低保或在渐退期",
    since="2021-07-01",
)
def marginal_not_dibao(dibao_household, dibao_phase_out):
    """A member supported alone leaves the rest of the family what it is."""
    return not_(dibao_household) & not_(dibao_phase_out)


@dibao_marginal.criterion(
    4,
    HOUSEHOLD,
    RULES["第八条"],
    label="有成员",
    yes="家庭人口{head_count}",
    no="没有在世且不属于特困供养的成员",
    since="2021-07-01",
)
def marginal_has_members(head_count):
    return head_count > 0


@dibao_marginal.fact(HOUSEHOLD, RULES["第八条"], label="收入和财产在边缘家庭范围", since="2021-07-01")
def is_edge_family(
    marginal_income_below, marginal_possessions_fit, marginal_deposits_fit, marginal_has_members, dibao_household
):
    means = marginal_income_below & marginal_possessions_fit & marginal_deposits_fit
    return means & marginal_has_members & not_(dibao_household)


@dibao_marginal.entitled(1, HOUSEHOLD, RULES["第八条"], label="低保边缘家庭", since="2021-07-01")
def marginal_entitled(is_edge_family, marginal_not_dibao):
    return is_edge_family & marginal_not_dibao
