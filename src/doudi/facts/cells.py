"""Reading one cell: each type of column has one function that gives the value or the reason why not.

A reader returns the value; it raises ``CellError`` with the reason in Chinese.  Empty cells never
get here.  Whatever could have been damaged by a spreadsheet is refused, not repaired.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from doudi.facts.kinds import CODE_LISTS, DISABILITY_LABELS, GRADE_LABELS
from doudi.facts.readers import Cell
from doudi.kernel import codes
from doudi.kernel.errors import BadInput
from doudi.kernel.money import fen_from_yuan
from doudi.kernel.names import clean_name
from doudi.kernel.periods import Month
from doudi.kernel.programmes import Programme
from doudi.registry.enums import RELATION_CODE, RELATION_LABEL

MOST_DIGITS_OF_A_NUMBER = 15
EARLIEST = dt.date(1890, 1, 1)
LATEST = dt.date(2100, 1, 1)
MOST_FEN = 100_000_000_00
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_DAMAGED_NAME = re.compile("[\ufffd\ue000-\uf8ff??□■�]|锟斤拷|烫烫")
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fff]{1,20}")
_DATE = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")


class CellError(Exception):
    """Why a cell cannot be taken, in Chinese."""


def text_of(cell: Cell) -> str:
    """Give a cell as clean text; a whole number without its decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**MOST_DIGITS_OF_A_NUMBER:
        return str(int(cell))
    wide = unicodedata.normalize("NFKC", str(cell))
    return _INVISIBLE.sub("", wide).strip().removeprefix("'").strip()


def _text(cell: Cell) -> str:
    text = text_of(cell)
    if len(text) > 60:
        raise CellError(f"内容有 {len(text)} 个字,超过 60 个字")
    return text


def _name(cell: Cell) -> str:
    if isinstance(cell, str) and _PLAIN_NAME.fullmatch(cell):
        return cell
    if isinstance(cell, int | float | dt.date):
        raise CellError("姓名不是文字")
    name = clean_name(_INVISIBLE.sub("", str(cell)))
    if not name:
        raise CellError("姓名是空白")
    if _DAMAGED_NAME.search(name):
        raise CellError(f"姓名“{name}”含有乱码或缺字")
    if len(name) > 60:
        raise CellError("姓名超过 60 个字")
    if not any(character.isalpha() for character in name) or any(character.isdigit() for character in name):
        raise CellError(f"“{name}”不是姓名")
    return name


def _number(cell: Cell) -> str:
    """Read an account, plate or certificate number: text, because a spreadsheet's number loses digits."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if len(str(int(cell))) > MOST_DIGITS_OF_A_NUMBER or isinstance(cell, float):
            raise CellError("是数值单元格,末几位已丢失,请设为文本格式后重新填写")
        return str(cell)
    text = re.sub(r"[\s\-]", "", text_of(cell)).upper()
    if re.fullmatch(r"[\d.]+E\+?\d+", text):
        raise CellError("是科学计数法,末几位已丢失,请设为文本格式后重新填写")
    if not re.fullmatch(r"[0-9A-Z\u4e00-\u9fff()]{1,40}", text):
        raise CellError(f"“{text[:20]}”不是号码")
    return text


def _code(cell: Cell) -> str:
    try:
        return codes.from_padded(text_of(cell))
    except BadInput as error:
        raise CellError(error.text) from error


def _money(cell: Cell) -> int:
    if isinstance(cell, bool | dt.date):
        raise CellError("不是金额")
    text = repr(cell) if isinstance(cell, float) else str(cell)
    try:
        fen = fen_from_yuan(_INVISIBLE.sub("", text).replace("¥", "").replace("¥", ""))
    except BadInput as error:
        raise CellError(error.text.removeprefix("金额:")) from error
    if fen > MOST_FEN:
        raise CellError(f"金额 {text} 过大")
    return fen


def _int(cell: Cell) -> int:
    text = text_of(cell)
    if not (text.isascii() and text.isdigit()) or len(text) > 6:
        raise CellError(f"“{text}”不是整数")
    return int(text)


_TRUE = {"是", "有", "能", "对", "1", "y", "yes", "true", "√", "✓", "在校", "可以"}
_FALSE = {"否", "无", "不能", "没有", "不", "0", "n", "no", "false", "×", "✗", "x", "不可以"}


def _bool(cell: Cell) -> int:
    if isinstance(cell, bool):
        return int(cell)
    text = text_of(cell).lower()
    if text in _TRUE:
        return 1
    if text in _FALSE:
        return 0
    raise CellError(f"“{text[:20]}”应写“是”或“否”")


def _date(cell: Cell) -> dt.date:
    if isinstance(cell, dt.date):
        day = cell
    else:
        text = text_of(cell).replace(" ", "")
        found = _DATE.fullmatch(text)
        if not found:
            if isinstance(cell, int | float):
                raise CellError(f"“{text}”是数值而不是日期,请设为日期格式")
            raise CellError(f"“{text[:20]}”不是日期,请写成 2022-04-15")
        parts = [int(part) for part in found.groups() if part]
        try:
            day = dt.date(*parts)
        except ValueError as error:
            raise CellError(f"日期 {text} 不存在") from error
    if not EARLIEST <= day <= LATEST:
        raise CellError(f"日期 {day} 不合理")
    return day


def read_date(text: str) -> dt.date:
    """Read a day as people write it: 20220415, 2022.4.15, 2022-04-15, 2022年4月15日.

    :raises CellError: not a day.
    """
    return _date(text)


def _month(cell: Cell) -> dt.date:
    if isinstance(cell, dt.date):
        return cell.replace(day=1)
    text = text_of(cell).replace(" ", "")
    try:
        return Month.parse(text).first_day
    except BadInput as error:
        if _DATE.fullmatch(text):
            return _date(cell).replace(day=1)
        raise CellError(f"“{text[:20]}”不是月份,请写成 2022-04") from error


_RELATION_ALSO = {
    "本人": "head", "户主本人": "head", "申请人": "head", "夫": "spouse", "妻": "spouse", "妻子": "spouse",
    "丈夫": "spouse", "子": "child", "女": "child", "儿子": "child", "女儿": "child", "长子": "child",
    "次子": "child", "三子": "child", "长女": "child", "次女": "child", "三女": "child", "养子": "child",
    "养女": "child", "继子": "child", "继女": "child", "父": "parent", "母": "parent", "父亲": "parent",
    "母亲": "parent", "公公": "parent", "婆婆": "parent", "岳父": "parent", "岳母": "parent", "孙": "grandchild",
    "孙子": "grandchild", "孙女": "grandchild", "外孙": "grandchild", "外孙子": "grandchild",
    "外孙女": "grandchild", "外孙子女": "grandchild", "祖父": "grandparent", "祖母": "grandparent",
    "爷爷": "grandparent", "奶奶": "grandparent", "外祖父": "grandparent", "外祖母": "grandparent",
    "外祖父母": "grandparent", "兄": "sibling", "弟": "sibling", "姐": "sibling", "妹": "sibling",
    "哥哥": "sibling", "弟弟": "sibling", "姐姐": "sibling", "妹妹": "sibling", "其他亲属": "other",
    "儿媳": "other", "女婿": "other", "非亲属": "other", "侄": "other", "侄子": "other", "侄女": "other",
}  # fmt: skip
RELATION_WORDS = {label: word for word, label in RELATION_LABEL.items()} | _RELATION_ALSO


def _relation(cell: Cell) -> str:
    text = text_of(cell).replace("之", "")
    if text in RELATION_WORDS:
        return RELATION_WORDS[text]
    if text in RELATION_CODE:
        return text
    raise CellError(f"“{text[:20]}”不是家庭关系,可写:{'、'.join(RELATION_LABEL.values())}")


_URBAN = {"城市", "城镇", "城", "urban", "非农", "非农业", "1"}
_RURAL = {"农村", "乡村", "乡", "农", "rural", "农业", "2"}


def _area(cell: Cell) -> str:
    text = text_of(cell).lower()
    if text in _URBAN:
        return "urban"
    if text in _RURAL:
        return "rural"
    raise CellError(f"“{text[:20]}”应写“城市”或“农村”")


PROGRAMME_WORDS: dict[str, str] = {name: p.name for p in Programme if not p.is_once for name in (p.label, p.word)} | {
    "低保": "dibao", "城市低保": "dibao", "农村低保": "dibao", "城镇低保": "dibao", "城市最低生活保障": "dibao",
    "农村最低生活保障": "dibao", "特困": "tekun", "特困人员": "tekun", "特困供养": "tekun",
    "分散供养": "tekun", "集中供养": "tekun", "农村特困": "tekun", "城市特困": "tekun", "分散供养特困": "tekun",
    "集中供养特困": "tekun", "特困人员救助供养": "tekun", "低保边缘": "dibao_marginal",
    "低保边缘家庭": "dibao_marginal", "刚性支出困难": "rigid_expenditure", "支出型困难家庭": "rigid_expenditure",
    "支出型困难": "rigid_expenditure", "残疾人生活补贴": "disability_living_subsidy",
    "困难残疾人生活补贴": "disability_living_subsidy", "残疾人护理补贴": "disability_care_subsidy",
    "重度残疾人护理补贴": "disability_care_subsidy",
}  # fmt: skip


def _programme(cell: Cell) -> str:
    text = text_of(cell).replace(" ", "")
    if text in PROGRAMME_WORDS:
        return PROGRAMME_WORDS[text]
    raise CellError(f"“{text[:20]}”不是救助项目,可写:{'、'.join(p.label for p in Programme if not p.is_once)}")


def _disability(cell: Cell) -> int:
    text = text_of(cell).removesuffix("残疾")
    for code, label in DISABILITY_LABELS.items():
        if code and text in (label.removesuffix("残疾"), str(code)):
            return code
    raise CellError(f"“{text[:20]}”不是残疾类别")


_GRADES = {"一": 1, "二": 2, "三": 3, "四": 4, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "1": 1, "2": 2, "3": 3, "4": 4}


def _grade(cell: Cell) -> int:
    text = text_of(cell).removesuffix("级").removesuffix("等")
    if text in _GRADES:
        return _GRADES[text]
    raise CellError(f"“{text[:20]}”不是残疾等级,可写:{'、'.join(list(GRADE_LABELS.values())[1:])}")


_CODE_ALSO: dict[str, dict[str, int]] = {
    "parent_state": {
        "正常": 0, "在世": 0, "去世": 1, "已故": 1, "亡故": 1, "失踪": 2, "宣告死亡": 1, "重度残疾": 4, "服刑": 6,
        "在押": 6, "强戒": 7, "强制戒毒": 7, "失去联系": 9, "撤销监护资格": 10, "遣送出境": 11, "驱逐出境": 11,
        "被遣送(驱逐)出境": 11, "不详": 99, "未查明": 99, "待查": 99,
    },
    "veteran_class": {"烈属": 4, "老义务兵": 9, "农村籍老义务兵": 9, "其他": 10},
    "heating_mode": {"集中": 1, "自采暖": 2, "自取暖": 2, "燃煤": 2, "散煤": 2},
    "heating_group": {"优抚": 1, "失业": 2},
}  # fmt: skip


def _coded(kind: str) -> Callable[[Cell], int]:
    """Make the reader of a code list: the words of the list, some that people write instead, or the number."""
    labels = CODE_LISTS[kind]
    known = {word: code for code, word in labels.items()} | {str(code): code for code in labels} | _CODE_ALSO[kind]
    plain = {text_of(word): code for word, code in known.items()}

    def read(cell: Cell) -> int:
        text = text_of(cell).replace(" ", "")
        if text in plain:
            return plain[text]
        raise CellError(f"“{text[:20]}”不认识,可写:{'、'.join(labels.values())}")

    return read


def _sex(cell: Cell) -> str:
    text = text_of(cell)
    if text in ("男", "男性", "M", "m"):
        return "M"
    if text in ("女", "女性", "F", "f"):
        return "F"
    raise CellError(f"“{text[:20]}”应写“男”或“女”")


READERS: dict[str, Callable[[Cell], Any]] = {
    "name": _name, "text": _text, "code": _code, "number": _number, "money": _money, "int": _int, "bool": _bool,
    "date": _date, "month": _month, "relation": _relation, "area": _area, "programme": _programme,
    "disability": _disability, "grade": _grade, "sex": _sex, **{kind: _coded(kind) for kind in CODE_LISTS},
}  # fmt: skip
