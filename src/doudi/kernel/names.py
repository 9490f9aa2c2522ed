"""How names sound: pinyin for sorting and searching, with the readings that surnames have.

A surname often has another reading than the same character in a word, so the surname table
goes first.  Characters repeat across millions of names, so each is looked up once.
"""

import functools
import unicodedata
from collections.abc import Iterable

import pypinyin

DOUBLE_SURNAMES: dict[str, tuple[str, str]] = {
    "尉迟": ("yu", "chi"), "单于": ("chan", "yu"), "长孙": ("zhang", "sun"), "万俟": ("mo", "qi"),
    "澹台": ("tan", "tai"), "宰父": ("zai", "fu"), "令狐": ("ling", "hu"), "皇甫": ("huang", "fu"),
    "欧阳": ("ou", "yang"), "司马": ("si", "ma"), "诸葛": ("zhu", "ge"), "上官": ("shang", "guan"),
    "夏侯": ("xia", "hou"), "公孙": ("gong", "sun"), "慕容": ("mu", "rong"), "宇文": ("yu", "wen"),
    "司徒": ("si", "tu"), "司空": ("si", "kong"), "鲜于": ("xian", "yu"), "闾丘": ("lv", "qiu"),
    "呼延": ("hu", "yan"), "独孤": ("du", "gu"), "端木": ("duan", "mu"), "申屠": ("shen", "tu"),
    "濮阳": ("pu", "yang"), "淳于": ("chun", "yu"), "赫连": ("he", "lian"), "拓跋": ("tuo", "ba"),
}  # fmt: skip

SURNAMES: dict[str, str] = {
    "曾": "zeng", "仇": "qiu", "单": "shan", "解": "xie", "查": "zha", "盖": "ge", "区": "ou", "朴": "piao",
    "翟": "zhai", "尉": "wei", "任": "ren", "华": "hua", "宁": "ning", "乐": "yue", "员": "yun", "折": "she",
    "召": "shao", "秘": "bi", "薄": "bo", "种": "chong", "黑": "he", "纪": "ji", "缪": "miao", "繁": "po",
    "瞿": "qu", "冼": "xian", "洗": "xian", "晁": "chao", "燕": "yan", "应": "ying", "覃": "qin", "隗": "wei",
    "逄": "pang", "牟": "mu", "祭": "zhai", "幺": "yao", "柏": "bai", "车": "che", "谌": "chen", "葛": "ge",
    "过": "guo", "哈": "ha", "万": "wan", "能": "nai", "乜": "nie", "沈": "shen", "石": "shi", "相": "xiang",
    "行": "xing", "郗": "xi", "郄": "qie", "隽": "juan", "句": "gou", "都": "du", "藏": "zang", "盛": "sheng",
    "叶": "ye", "台": "tai", "宿": "su", "贾": "jia", "俞": "yu", "尹": "yin", "长": "chang", "重": "chong",
}  # fmt: skip

PLACES: dict[str, tuple[str, str]] = {
    "长治": ("chang", "zhi"), "长子": ("zhang", "zi"), "洪洞": ("hong", "tong"), "繁峙": ("fan", "shi"),
    "解州": ("hai", "zhou"), "曲沃": ("qu", "wo"), "义县": ("yi", "xian"), "穆棱": ("mu", "ling"),
    "朝阳": ("chao", "yang"), "长海": ("chang", "hai"),
}  # fmt: skip


@functools.lru_cache(maxsize=65_536)
def _sound(character: str) -> str:
    """Give one character's most usual reading; what has none stays as it is."""
    return _plain(pypinyin.lazy_pinyin(character)[0]) if character else ""


def _plain(sound: str) -> str:
    return "".join(c for c in sound.replace("ü", "v").lower() if c.isascii() and c.isalnum())


def syllables(name: str) -> tuple[str, ...]:
    """Read a person's name syllable by syllable, the surname by the surname table."""
    clean = unicodedata.normalize("NFKC", name).strip()
    double = DOUBLE_SURNAMES.get(clean[:2])
    read: tuple[str, ...]
    if double:
        read, rest = double, clean[2:]
    else:
        read, rest = (SURNAMES.get(clean[:1]) or _sound(clean[:1]),), clean[1:]
    return tuple(sound for sound in (*read, *map(_sound, rest)) if sound)


def pinyin(name: str) -> str:
    """Write a person's name in pinyin without tones or blanks: 曾国藩 is ``zengguofan``; ü is ``v``."""
    return "".join(syllables(name))


def initials(name: str) -> str:
    """Give the first letter of each syllable: 王桂兰 is ``wgl``."""
    return "".join(sound[0] for sound in syllables(name))


def sounds_of(names: Iterable[str]) -> list[tuple[str, str]]:
    """Give ``(pinyin, initials)`` of many people's names."""
    return [("".join(read), "".join(sound[0] for sound in read)) for read in map(syllables, names)]


def place_sounds(name: str) -> tuple[str, str]:
    """Give ``(pinyin, initials)`` of a place, read as words: 长治市 is ``changzhishi``, 长子县 ``zhangzixian``."""
    known = PLACES.get(name[:2], ())
    read = [*known, *(_plain(sound) for sound in pypinyin.lazy_pinyin(name[2:] if known else name))]
    return "".join(read), "".join(sound[:1] for sound in read)


def clean_name(text: str) -> str:
    """Bring a typed or filed name to one spelling: no blanks, one kind of middle dot, no invisible characters.

    Two spellings of one name compare equal after this; nothing is guessed.
    """
    wide = unicodedata.normalize("NFKC", text)
    for dot in "•・.∙⋅‧":
        wide = wide.replace(dot, "·")
    return "".join(c for c in wide if not c.isspace() and unicodedata.category(c) != "Cf")
