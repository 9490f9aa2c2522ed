"""The programmes as the platform names and numbers them; their rules live in packs."""

import enum


class Programme(enum.Enum):
    """A kind of aid.

    ``number`` is part of database constraints: given once, never reused.
    ``group`` numbers programmes of which a person may hold only one in a month (0: none).
    """

    dibao = (1, "最低生活保障", "h", True, 1)
    tekun = (2, "特困人员救助供养", "p", True, 1)
    dibao_marginal = (3, "低保边缘家庭", "h", False, 0)
    rigid_expenditure = (4, "刚性支出困难家庭", "h", False, 0)
    disability_living_subsidy = (5, "困难残疾人生活补贴", "p", True, 0)
    disability_care_subsidy = (6, "重度残疾人护理补贴", "p", True, 0)

    def __init__(self, number: int, label: str, subject_kind: str, pays: bool, group: int) -> None:
        self.number = number
        self.label = label
        self.subject_kind = subject_kind
        self.pays = pays
        self.group = group


PROGRAMME_CHOICES = [(p.name, p.label) for p in Programme]
PROGRAMME_LABEL = {p.name: p.label for p in Programme}
