"""The article behind a rule is said in the reader's language, whichever way the rule pack writes it."""

import pytest

from accounts.rules.articles import article_shown, number_of, words_of
from trading.selectors.law import packs


@pytest.mark.parametrize(
    ("article", "chinese", "english"),
    [
        ("招标投标法第七条", "《招标投标法》第七条", "Tendering Law, article 7"),
        (
            "招标投标法实施条例第二十二条",
            "《招标投标法实施条例》第二十二条",
            "Implementing Regulation, article 22",
        ),
        (
            "招标投标法第九条; 招标投标法实施条例第七条",
            "《招标投标法》第九条；《招标投标法实施条例》第七条",
            "Tendering Law, article 9; Implementing Regulation, article 7",
        ),
        (
            "政府采购法第四十二条 (by analogy); local rules",
            "《政府采购法》第四十二条（参照）；地方规则",
            "Government Procurement Law, article 42 (by analogy); local rules",
        ),
        (
            "法37；条例46",
            "《招标投标法》第三十七条；《招标投标法实施条例》第四十六条",
            "Tendering Law, article 37; Implementing Regulation, article 46",
        ),
        (
            "87号令 48",
            "《政府采购货物和服务招标投标管理办法》第四十八条",
            "Measures for Tendering in Government Procurement, article 48",
        ),
        ("条例51(5)", "《招标投标法实施条例》第五十一条(5)", "Implementing Regulation, article 51 (5)"),
        ("platform rule", "平台规则", "platform rule"),
    ],
)
def test_an_article_is_said_in_both_languages(article, chinese, english):
    assert article_shown(article, chinese=True) == chinese
    assert article_shown(article, chinese=False) == english


@pytest.mark.parametrize(("words", "number"), [("十", 10), ("二十", 20), ("六十一", 61), ("二百零三", 203)])
def test_articles_are_counted_in_chinese(words, number):
    assert number_of(words) == number
    assert words_of(number) == words


def test_no_article_of_a_pack_is_left_in_the_other_language():
    for pack in packs():
        for rule in pack.rules:
            assert article_shown(rule.article, chinese=False).isascii(), rule.id
            named = article_shown(rule.article, chinese=True).replace("sealedbid/v1", "").replace("GB", "")
            assert not any(word.isalpha() and word.isascii() and len(word) > 3 for word in named.split()), (
                rule.id
            )
