"""The article behind a rule as readers write it; rule packs keep it as the law's own text has it."""

import re

LAWS = {
    "招标投标法": "Tendering Law",
    "招标投标法实施条例": "Implementing Regulation",
    "电子招标投标办法": "Measures for Electronic Bidding",
    "政府采购法": "Government Procurement Law",
    "政府采购法实施条例": "Implementing Regulation of the Government Procurement Law",
    "工程建设项目施工招标投标办法": "Measures for Tendering of Construction Works",
    "政府采购货物和服务招标投标管理办法": "Measures for Tendering in Government Procurement",
    "民法典": "Civil Code",
    "濮阳市地方规则 (2021)": "Local rules of Puyang (2021)",
    "政府采购促进中小企业发展管理办法（财库〔2020〕46号）": "Measures for Small and Medium Enterprises in Government "
    "Procurement (order 46 of 2020)",
    "财政部关于进一步加大政府采购支持中小企业力度的通知（财库〔2022〕19号）": "Notice on Support of Small and Medium "
    "Enterprises in Government Procurement (order 19 of 2022)",
    "保障中小企业款项支付条例": "Regulation on Payments to Small and Medium Enterprises",
    "评标委员会和评标方法暂行规定": "Provisions on Evaluation Committees and Methods",
}
SHORT = {
    "法": "招标投标法",
    "条例": "招标投标法实施条例",
    "87号令": "政府采购货物和服务招标投标管理办法",
    "12号令": "评标委员会和评标方法暂行规定",
}
"""How rules written in code name a law: 法37 is 招标投标法第三十七条."""
OWN_ZH = {
    "platform rule": "平台规则",
    "platform's promise": "平台承诺",
    "local rules": "地方规则",
    "24 or 48 hours": "24 或 48 小时",
    "(by analogy)": "（参照）",
}
OTHERS_EN = {
    "重庆市地方规则": "Chongqing local rules",
    "招标拍卖挂牌出让国有建设用地使用权规定（39号令）": "Provisions on Granting Land-use Rights (Order 39)",
    "国土资发〔2010〕34号": "Guotuzifa (2010) No. 34",
    "企业国有资产交易监督管理办法（32号令）": "Measures for Trading in State-owned Assets of Enterprises (Order 32)",
    "（参照）": "(by analogy)",
}
ARTICLE = re.compile(r"^(?P<law>.+?)\s*第(?P<number>[一二三四五六七八九十百零]+)条\s*(?P<rest>.*)$")
BRIEF = re.compile(r"^(?P<law>法|条例|87号令|12号令)\s*(?P<number>[1-9]\d{0,2})(?P<rest>\D.*)?$")
DIGITS = {word: number for number, word in enumerate("零一二三四五六七八九")}


def number_of(words: str) -> int:
    """A Chinese number below 1000, as articles are counted: 二百零三 is 203."""
    total, digit = 0, 0
    for word in words:
        if word in DIGITS:
            digit = DIGITS[word]
        else:
            total += (digit or 1) * {"十": 10, "百": 100}[word]
            digit = 0
    return total + digit


def words_of(number: int) -> str:
    """A number below 1000 as articles are counted: 37 is 三十七, 203 is 二百零三."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = "零一二三四五六七八九"
    found = f"{words[hundreds]}百" if hundreds else ""
    found += "零" if hundreds and ones and not tens else ""
    found += ("" if tens == 1 and not hundreds else words[tens]) + "十" if tens else ""
    return found + (words[ones] if ones else "")


def article_shown(article: str, *, chinese: bool) -> str:
    """``招标投标法第七条`` as 《招标投标法》第七条, or as Tendering Law, article 7.

    ``法37`` is read as 招标投标法第三十七条. Several are divided by semicolons in ``article``; what is no article of a
    known law stays as it stands.
    """
    parts = [_one(_whole(part.strip()), chinese=chinese) for part in re.split("[;；]", article)]
    return ("；" if chinese else "; ").join(parts)


def _whole(part: str) -> str:
    """The short form of code as the law's own text names the article."""
    found = BRIEF.match(part)
    if not found:
        return part
    return f"{SHORT[found['law']]}第{words_of(int(found['number']))}条{found['rest'] or ''}"


def _one(part: str, *, chinese: bool) -> str:
    found = ARTICLE.match(part)
    if not found:
        return OWN_ZH.get(part, part) if chinese else _local(part)
    law, number, rest = found["law"], found["number"], found["rest"]
    if chinese:
        named = f"《{law}》" if law in LAWS else law
        return f"{named}第{number}条{OWN_ZH.get(rest, rest)}"
    return f"{LAWS.get(law) or _local(law)}, article {number_of(number)}" + (
        f" {_local(rest)}" if rest else ""
    )


def _local(text: str) -> str:
    for chinese, english in OTHERS_EN.items():
        text = text.replace(chinese, english)
    return text
