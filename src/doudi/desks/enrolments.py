"""Who of a family's roster belongs to another family, in words for the pages; nobody is shown in full."""

import datetime as dt

from doudi.facts import queries as facts
from doudi.places import queries as places
from doudi.security.crypto import mask_name


def twice_words(household_id: int, on: dt.date) -> list[str]:
    """Say for each person set aside from a family's roster in which other family that person is enrolled."""
    words = []
    for row in facts.enrolled_twice(household_id):
        who = f"{mask_name(row.person_name)}({row.id_no_masked})" if row.person_name else "一名成员(不在您的辖区登记)"
        where = places.path_name(row.other_division_code, on) if row.other_number else ""
        other = f"{where}家庭 {row.other_number}" if row.other_number else "您辖区以外的另一家庭"
        words.append(f"{who}已登记在{other},本户台账第 {row.row_number} 行搁置,未计入本户人口")
    return words
