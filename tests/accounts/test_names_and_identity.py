"""Registered names compared (条38), identity numbers never kept plain (条40(三))."""

import pytest

from accounts.rules import identity_mark, name_key, same_name, tidy
from accounts.rules.identity import resident_number_holds
from kernel.errors import RuleBroken

KEY = bytes(range(32))
# The worked example printed in GB 11643-1999.
RESIDENT = "11010519491231002X"


@pytest.mark.parametrize(
    "other",
    [
        "福建省第一建筑工程(集团)有限公司",
        "福建省第一建筑工程（集团） 有限公司",
        " 福建省第一建筑工程〔集团〕有限公司\u3000",
        "福建省第一建筑工程【集团】有限公司\u200b",
    ],
)
def test_same_name_ignores_width_brackets_and_blanks(other):
    assert same_name("福建省第一建筑工程（集团）有限公司", other)


def test_same_name_ignores_full_width_latin_and_case():
    assert same_name("ＡＢＣ Engineering (Fujian)", "abc engineering（FUJIAN）")


@pytest.mark.parametrize("other", ["福建省第二建筑工程有限公司", "福建省第一建筑工程有限责任公司"])
def test_same_name_tells_different_names_apart(other):
    assert not same_name("福建省第一建筑工程有限公司", other)


def test_tidy_gives_the_form_the_ledger_takes():
    assert tidy(" cafe\u0301 ") == "caf\u00e9"
    assert name_key("") == ""


def test_resident_number_holds_for_the_standards_example():
    assert resident_number_holds(RESIDENT)
    assert not resident_number_holds("110105194912310021")
    assert not resident_number_holds("11010519491231002")
    assert not resident_number_holds("１１０１０５１９４９１２３１００２X")


def test_identity_mark_keeps_a_keyed_hash_and_the_last_four():
    mark = identity_mark(" 11010519491231002x ", key=KEY)

    assert mark.last4 == "002X"
    assert len(bytes.fromhex(mark.keyed_hash)) == 32
    assert RESIDENT not in repr(mark)
    assert mark == identity_mark(RESIDENT, key=KEY)


def test_identity_mark_differs_by_key_and_by_kind():
    mark = identity_mark(RESIDENT, key=KEY).keyed_hash

    assert mark != identity_mark(RESIDENT, key=KEY[::-1]).keyed_hash
    assert mark != identity_mark(RESIDENT, key=KEY, kind="other").keyed_hash


def test_identity_mark_refuses_a_mistyped_number():
    with pytest.raises(RuleBroken) as refusal:
        identity_mark("110105194912310021", key=KEY)

    assert refusal.value.code == "identity_number"


def test_identity_mark_refuses_a_number_of_which_the_last_four_would_be_all():
    with pytest.raises(RuleBroken):
        identity_mark("E123", key=KEY, kind="passport")


def test_identity_mark_refuses_a_short_key():
    with pytest.raises(ValueError, match="32 bytes"):
        identity_mark(RESIDENT, key=b"short")
