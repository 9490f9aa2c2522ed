"""Words of the register: relations to the head of the family."""

# word -> (code in the inputs of the rules, label)
RELATIONS: dict[str, tuple[int, str]] = {
    "head": (0, "户主"),
    "spouse": (1, "配偶"),
    "child": (2, "子女"),
    "parent": (3, "父母"),
    "grandchild": (4, "孙子女"),
    "grandparent": (5, "祖父母"),
    "sibling": (6, "兄弟姐妹"),
    "other": (9, "其他"),
}
RELATION_CODE = {word: code for word, (code, _label) in RELATIONS.items()}
RELATION_LABEL = {word: label for word, (_code, label) in RELATIONS.items()}
RELATION_OF_CODE = {code: word for word, code in RELATION_CODE.items()}
AREAS = {"urban": "城市", "rural": "农村"}
SEXES = {"M": "男", "F": "女", "": "未知"}
