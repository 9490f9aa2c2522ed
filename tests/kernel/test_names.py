"""How names sound."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.kernel import names


@pytest.mark.parametrize(
    ("name", "sound", "letters"),
    [
        ("王桂兰", "wangguilan", "wgl"),
        ("曾国藩", "zengguofan", "zgf"),
        ("仇英", "qiuying", "qy"),
        ("单田芳", "shantianfang", "stf"),
        ("解晓东", "xiexiaodong", "xxd"),
        ("查良镛", "zhaliangyong", "zly"),
        ("盖叫天", "gejiaotian", "gjt"),
        ("区桃", "outao", "ot"),
        ("朴正花", "piaozhenghua", "pzh"),
        ("翟志刚", "zhaizhigang", "zzg"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("单于美", "chanyumei", "cym"),
        ("长孙无忌", "zhangsunwuji", "zswj"),
        ("吕布", "lvbu", "lb"),
        ("阿依古丽·买买提", "ayigulimaimaiti", "ayglmmt"),
        ("张", "zhang", "z"),
        ("", "", ""),
    ],
)
def test_pinyin_reads_surnames_as_surnames(name, sound, letters):
    assert (names.pinyin(name), names.initials(name)) == (sound, letters)


@given(st.text(max_size=30))
def test_pinyin_is_small_ascii_letters_and_digits_for_any_text(name):
    sound = names.pinyin(name)

    assert sound == "" or (sound.isascii() and sound.isalnum() and sound == sound.lower())
    assert names.sounds_of([name]) == [(sound, names.initials(name))]


@pytest.mark.parametrize(
    ("place", "sounds"),
    [
        ("长治市", ("changzhishi", "czs")),
        ("长子县", ("zhangzixian", "zzx")),
        ("洪洞县", ("hongtongxian", "htx")),
        ("宁安市", ("ninganshi", "nas")),
        ("义县", ("yixian", "yx")),
    ],
)
def test_place_sounds_reads_places_as_words(place, sounds):
    assert names.place_sounds(place) == sounds


def test_clean_name_brings_spellings_together():
    assert names.clean_name(" 王 桂\u200b兰　") == "王桂兰"
    assert names.clean_name("阿依古丽•买买提") == names.clean_name("阿依古丽・买买提") == "阿依古丽·买买提"


@pytest.mark.slow
def test_sounds_of_sixty_thousand_names_take_under_two_seconds():
    given_names = [chr(0x4E00 + n % 3000) + chr(0x4E00 + n % 1777) for n in range(60_000)]
    surnames = "王李张刘陈曾仇单解查"

    start = time.process_time()
    sounds = names.sounds_of(surnames[n % 10] + given for n, given in enumerate(given_names))

    assert len(sounds) == 60_000
    assert time.process_time() - start < 2
