"""The programmes as the platform names and numbers them; their rules live in packs."""

import enum


class Programme(enum.Enum):
    """A kind of aid.

    ``number`` is part of database constraints: given once, never reused.
    ``group`` numbers programmes of which a person may hold only one in a month (0: none).
    ``is_once`` marks aid granted by case or campaign, whose amount is not a monthly one.
    ``word`` is the short name used in lists and in worked cases.
    """

    dibao = (1, "最低生活保障", "h", True, 1, False, "低保")
    tekun = (2, "特困人员救助供养", "p", True, 1, False, "特困")
    dibao_marginal = (3, "低保边缘家庭", "h", False, 0, False, "低保边缘")
    rigid_expenditure = (4, "刚性支出困难家庭", "h", False, 0, False, "刚性支出")
    disability_living_subsidy = (5, "困难残疾人生活补贴", "p", True, 0, False, "生活补贴")
    disability_care_subsidy = (6, "重度残疾人护理补贴", "p", True, 0, False, "护理补贴")
    temporary_assistance = (7, "临时救助", "h", True, 0, True, "临时救助")
    unemployed_one_off = (8, "未参保失业人员一次性临时救助金", "p", True, 0, True, "未参保失业救助")
    orphan_allowance = (9, "孤儿基本生活费", "p", True, 0, False, "孤儿")
    unattended_child_allowance = (10, "事实无人抚养儿童基本生活补贴", "p", True, 0, False, "事实无人抚养")
    old_age_allowance = (11, "高龄津贴", "p", True, 0, False, "高龄津贴")
    elderly_hardship_subsidy = (12, "经济困难的高龄、失能老年人补贴", "p", True, 0, False, "困难老年人补贴")
    elderly_care_subsidy = (13, "失能半失能老年人护理补贴", "p", True, 0, False, "老年人护理补贴")
    veterans_pension = (14, "优抚对象定期抚恤补助", "p", True, 0, False, "优抚")
    heating_aid = (15, "取暖救助", "h", True, 0, True, "取暖救助")
    disaster_transition = (16, "过渡期生活救助", "h", True, 0, True, "过渡期救助")
    winter_spring_aid = (17, "冬春救助", "h", True, 0, True, "冬春救助")
    price_subsidy = (18, "价格临时补贴", "p", True, 0, True, "价格补贴")
    campaign_grant = (19, "节日补助和一次性补贴", "p", True, 0, True, "一次性补贴")

    def __init__(
        self, number: int, label: str, subject_kind: str, pays: bool, group: int, is_once: bool, word: str
    ) -> None:
        self.number = number
        self.label = label
        self.subject_kind = subject_kind
        self.pays = pays
        self.group = group
        self.is_once = is_once
        self.word = word

    @property
    def amount_unit(self) -> str:
        return "fen" if self.is_once else "fen/month"


MONTHLY_PROGRAMME_CHOICES = [(p.name, p.label) for p in Programme if not p.is_once]
PROGRAMME_LABEL = {p.name: p.label for p in Programme}
