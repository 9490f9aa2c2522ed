"""Division codes as significant prefixes: who lies above, who lies below, how deep.

A code is ``""`` (nation), two digits (province), four (prefecture), six (county), nine
(township) or twelve (village).  A code's ancestors are its own prefixes.
"""

from doudi.kernel.errors import BadInput

LENGTHS = (0, 2, 4, 6, 9, 12)
LEVEL_NAMES = ("全国", "省级", "地级", "县级", "乡级", "村级")
_LEVEL_OF_LENGTH = {length: level for level, length in enumerate(LENGTHS)}


def check(code: str) -> str:
    """Give the code back when it has the form of one.

    :raises BadInput: other lengths, or anything but ASCII digits.
    """
    if len(code) not in _LEVEL_OF_LENGTH or not (code == "" or (code.isascii() and code.isdigit())):
        raise BadInput(
            f"“{code}”不是区划代码", next_step="省 2 位、地 4 位、县 6 位、乡 9 位、村 12 位数字,例如宁安市为 231084"
        )
    return code


def from_padded(code: str) -> str:
    """Cut the zeros with which published codes are filled up to six, nine or twelve digits.

    :raises BadInput: not digits, or no division has such a code.
    """
    digits = code.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 12:
        raise BadInput(f"“{code}”不是区划代码")
    for length in LENGTHS:
        if length <= len(digits) and set(digits[length:]) <= {"0"}:
            return digits[:length]
    return check(digits)


def level(code: str) -> int:
    """Say how deep the code is: 0 nation, 1 province, 2 prefecture, 3 county, 4 township, 5 village.

    :raises BadInput: not a division code.
    """
    return _LEVEL_OF_LENGTH[len(check(code))]


def parent(code: str) -> str:
    """Name the division directly above; the nation's parent is the nation."""
    depth = level(code)
    return code[: LENGTHS[depth - 1]] if depth else ""


def chain(code: str) -> list[str]:
    """List the code and everything above it, nearest first, the nation last."""
    return [code[:length] for length in reversed(LENGTHS[: level(code) + 1])]


def at_level(code: str, depth: int) -> str:
    """Name the ancestor at a level.

    :raises BadInput: the code itself lies above that level.
    """
    if level(code) < depth:
        raise BadInput(f"{code} 是{LEVEL_NAMES[level(code)]}区划,不到{LEVEL_NAMES[depth]}")
    return code[: LENGTHS[depth]]


def contains(scope: str, code: str) -> bool:
    """Tell whether the code lies in the scope's subtree; a division contains itself."""
    return code.startswith(scope)


def upper(code: str) -> str:
    """Give the first text after every code of the subtree, for ``code >= x and code < upper(x)``.

    The colon follows the digit nine in the "C" collation.
    """
    return f"{code}:"
