"""The figures that shape the invented counties, each with the published statistic it follows.

Grain: one constant per figure, in permille where it is a share.  Nothing here describes a real
family; the shapes only keep a demo month from looking like no county at all.
"""

# Persons by programme: 2023-10, national platform: 6,600 in all, dibao 4,000, tekun 460, dibao-marginal 600,
# watched against falling back 300, others 1,300 (ten thousand persons; stock.hexun.com 2023-10-25).
DIBAO_PERMILLE, TEKUN_PERMILLE, MARGINAL_PERMILLE, OTHER_PERMILLE = 601, 69, 90, 240

# Urban share of dibao persons: Liaoning 2022-12: 27.64 of 91.87; the nation 2023-01: 679 of 4,017 (MCA).
URBAN_PERMILLE = {"21": 301, "23": 260, "14": 169}

# Persons a dibao family: Fujian 2021: rural 483,970 in 269,202; urban 64,992 in 42,959 (yearbook table 20-2).
RURAL_SIZE, URBAN_SIZE = 1.80, 1.51

# Of rural dibao persons in Fujian 2021: minors 77,162, old people 127,951, disabled 100,460 of 483,970.
MINOR_PERMILLE, OLD_PERMILLE = 159, 264
DISABLED_PERMILLE = {"rural": 208, "urban": 301}  # urban: 19,575 of 64,992

# Families of a dibao-like make-up, drawn so that size and ages come near the figures above. Each word is a member.
FAMILIES: list[tuple[int, tuple[str, ...]]] = [
    (250, ("elder",)),
    (270, ("adult",)),
    (90, ("elder", "elder_spouse")),
    (130, ("adult", "spouse")),
    (70, ("adult", "child")),
    (60, ("adult", "spouse", "child")),
    (40, ("elder", "adult_child")),
    (30, ("elder", "grandchild")),
    (35, ("adult", "spouse", "child", "child")),
    (25, ("adult", "spouse", "child", "parent")),
]
LARGER_FAMILIES: list[tuple[int, tuple[str, ...]]] = [
    (120, ("elder", "elder_spouse")),
    (180, ("adult", "spouse")),
    (260, ("adult", "spouse", "child")),
    (180, ("adult", "spouse", "child", "child")),
    (140, ("adult", "spouse", "child", "parent")),
    (120, ("elder", "adult_child")),
]

# Monthly dibao standards that the invented incomes are measured against, yuan (urban, rural), 2022: Heilongjiang
# counties 669 and 441; the nation 2022-03: 722 and 542; Liaoning 2022: 727 and 6,754 a year. Amounts paid are
# never computed from these: the rules in the packs decide.
STANDARD_YUAN = {"23": (669, 441), "14": (610, 470), "21": (690, 510)}

# Children with no able parent, by whether they live with grandparents; old people who applied; veterans among the
# old by sex. In 2020 the nation had 242,000 orphans and about 190,000 children in fact unattended (Xinhua 2020-04-10);
# in a register of poor families they are many more than among all children.
ORPHAN_PERMILLE = {True: 150, False: 4}
UNATTENDED_PERMILLE = {True: 250, False: 6}
APPLIED_PERMILLE = 850
VETERAN_PERMILLE = {"M": 60, "F": 4}

# Planted truths per thousand families, and never fewer than three of a kind.
PLANT_PERMILLE = 4
PLANT_LEAST = 3
# Faulty rows per thousand rows of a department file.
DIRT_PERMILLE = 3
