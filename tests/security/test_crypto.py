"""Numbers: encrypted, bound to their place, found by index, shown masked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.kernel.errors import Upstream
from doudi.security import crypto

NUMBER = "999999195001011239"


@given(st.text(min_size=1, max_size=40))
def test_sealed_text_opens_again(text):
    index = crypto.blind_index(text)

    assert crypto.open_sealed(crypto.seal(text, index), index) == text


def test_same_number_is_sealed_differently_each_time():
    index = crypto.blind_index(NUMBER)

    assert crypto.seal(NUMBER, index) != crypto.seal(NUMBER, index)


def test_moved_ciphertext_is_refused():
    mine, other = crypto.blind_index(NUMBER), crypto.blind_index("999999195001011247")

    with pytest.raises(crypto.SealBroken):
        crypto.open_sealed(crypto.seal(NUMBER, mine), other)


@pytest.mark.parametrize("position", [0, 1, 5, 20, -1])
def test_changed_ciphertext_is_refused(position):
    index = crypto.blind_index(NUMBER)
    blob = bytearray(crypto.seal(NUMBER, index))
    blob[position] ^= 1

    with pytest.raises(crypto.SealBroken):
        crypto.open_sealed(bytes(blob), index)


def test_index_is_the_same_for_every_way_of_writing():
    ways = [
        "99999919500101123X",
        "99999919500101123x",
        " 99999919500101123X ",
        "99999919500101123X",
        "'99999919500101123X\u200b",
    ]

    assert len({crypto.blind_index(way) for way in ways}) == 1
    assert crypto.blind_indexes(ways) == [crypto.blind_index(way) for way in ways]


def test_many_are_sealed_like_one():
    texts = [NUMBER, "62220000000000001"]
    indexes = crypto.blind_indexes(texts)

    assert [crypto.open_sealed(b, i) for b, i in zip(crypto.seal_all(texts), indexes, strict=True)] == texts


def test_new_key_writes_and_the_old_one_still_reads():
    index = crypto.blind_index(NUMBER)
    old = crypto.seal(NUMBER, index)

    number = crypto.add_data_key()
    new = crypto.seal(NUMBER, index)

    assert int.from_bytes(new[1:3], "big") == number
    assert crypto.open_sealed(old, index) == crypto.open_sealed(new, index) == NUMBER


def test_key_file_that_others_can_read_is_refused(settings):
    path = settings.DOUDI_HOME / crypto.KEY_FILE
    crypto.key_ring()
    path.chmod(0o644)
    crypto._load.cache_clear()

    try:
        with pytest.raises(Upstream, match="可被其他用户读取"):
            crypto.blind_index(NUMBER)
    finally:
        path.chmod(0o600)


@pytest.mark.parametrize(
    ("text", "masked"),
    [(NUMBER, "999***********1239"), ("1234", "****"), ("", "")],
)
def test_identity_number_is_masked(text, masked):
    assert crypto.mask_id_no(text) == masked


def test_account_and_name_are_masked():
    assert crypto.mask_account("6222021234567890") == "************7890"
    assert (crypto.mask_name("王桂兰"), crypto.mask_name("张"), crypto.mask_name("")) == ("王**", "张*", "")
