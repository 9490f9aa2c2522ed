"""Invented names: common surnames by weight, given names by generation, and some rare characters."""

from random import Random

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤单解盖曲仇"
)
_WEIGHTS = [max(2, 60 - number) for number in range(len(SURNAMES))]
OLD_MEN = "国强建军德福永贵长林玉山金财振海忠义万春树堂殿臣喜贵守业文才"
OLD_WOMEN = "桂兰秀英玉珍淑芬凤琴素云翠花秀芝淑兰桂芝玉芳美荣春兰凤霞"
YOUNG_MEN = "伟浩宇泽轩子涵俊杰明磊鑫鹏志强晓东嘉豪天佑思远文博"
YOUNG_WOMEN = "欣怡梓萱雨桐婷婷静雅丽娜晓燕思琪佳慧梦瑶诗涵雪莹"
RARE = "𠮷㼆䶮喆堃玥犇淼垚翀"


def invent(rng: Random, sex: str, birth_year: int, surname: str = "") -> str:
    """Make up a name that fits sex and generation; one in three hundred has a rare character."""
    first = surname or rng.choices(SURNAMES, _WEIGHTS)[0]
    men, women = (OLD_MEN, OLD_WOMEN) if birth_year < 1985 else (YOUNG_MEN, YOUNG_WOMEN)
    pool = men if sex == "M" else women
    start = rng.randrange(len(pool) // 2) * 2
    given = pool[start : start + 2] if rng.random() < 0.55 else rng.choice(pool) + rng.choice(pool)
    if rng.random() < 0.2:
        given = given[0]
    if rng.random() < 1 / 300:
        given = rng.choice(RARE) + given[1:]
    return first + given
