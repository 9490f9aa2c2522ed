"""What may be recorded about a division, in the words of lists and pages, and what excludes what."""

from doudi.engine.states import KINDS, LEVELS, MARKS, MODES

TRACKS: dict[tuple[str, str], int] = {
    **{("level", value): 1 for value in LEVELS},
    **{("mark", value): 10 + number for number, value in enumerate(MARKS)},
    **{("mode", value): 20 + number for number, value in enumerate(MODES)},
}
OTHER_WORDS: dict[str, tuple[str, str]] = {
    "低": ("level", "low"),
    "中": ("level", "medium"),
    "高": ("level", "high"),
    "低风险区": ("level", "low"),
    "中风险区": ("level", "medium"),
    "高风险区": ("level", "high"),
    "严重": ("mark", "severe"),
    "疫情严重地区": ("mark", "severe"),
    "春节期间": ("mode", "spring_festival"),
    "救灾响应": ("mode", "disaster"),
    "灾害应急响应": ("mode", "disaster"),
    "寒冷天气": ("mode", "cold"),
}
VALUE_OF_WORD: dict[str, tuple[str, str]] = {
    word: (kind, value) for kind, values in KINDS.items() for value, word in values.items()
} | OTHER_WORDS
GRADE_OF_WORD = {"一级": 1, "二级": 2, "三级": 3, "四级": 4, "Ⅰ级": 1, "Ⅱ级": 2, "Ⅲ级": 3, "Ⅳ级": 4}
GRADE_OF_WORD |= {str(number): number for number in range(1, 5)}

# Levels of divisions for which a state is recorded: risk to the county or township, modes to anything above a village.
DIVISION_LEVELS: dict[str, tuple[int, ...]] = {"level": (3, 4), "mark": (3, 4), "mode": (1, 2, 3, 4)}
STATE_WORDS = {"proposed": "待确认", "confirmed": "已确认", "withdrawn": "已撤回"}
