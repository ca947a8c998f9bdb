"""Amounts in words (大写): written for the reader, parsed to compare with the figures.

Source: the rules for writing settlement vouchers (支付结算办法, annex 1).
A difference between words and figures is never decided here: it is a flag for the panel (12号令19).
"""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
_SMALL = ("", "拾", "佰", "仟")
_BIG = ("", "万", "亿", "万亿")
_PLAIN = dict(
    zip("〇一二三四五六七八九两十百千億萬圓圆園正", "零壹贰叁肆伍陆柒捌玖贰拾佰仟亿万元元元整", strict=True)
)
_SPECIAL = {"廿": "贰拾", "卅": "叁拾"}
MAX = Decimal("9999999999999999.99")


def amount_in_words(amount: Decimal) -> str:
    """The amount, in yuan (元) or another unit of the same size, as 大写: 玖佰壹拾捌万元整, 壹元零伍分.

    ``amount`` has at most two places and lies between 0 and 9,999,999,999,999,999.99; else ValueError.
    """
    if not amount.is_finite() or not 0 <= amount <= MAX or amount != amount.quantize(Decimal("0.01")):
        raise ValueError("an amount is 0 to 9,999,999,999,999,999.99 with at most two places")
    fen = int(amount * 100)
    yuan, jiao, cent = fen // 100, fen // 10 % 10, fen % 10
    whole = f"{_integer(yuan)}元" if yuan or not fen else ""
    if not jiao and not cent:
        return whole + "整"
    text = whole
    if jiao:
        text += ("零" if yuan and yuan % 10 == 0 else "") + DIGITS[jiao] + "角"
    elif yuan:
        text += "零"
    return text + (DIGITS[cent] + "分" if cent else "整")


def _integer(number: int) -> str:
    """A whole number as 大写, with one 零 for every run of zeros inside it."""
    if number == 0:
        return DIGITS[0]
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text = ""
    gap = False
    for position in range(len(groups) - 1, -1, -1):
        group = groups[position]
        if group == 0:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        # 万亿: the 亿 is written once, after the lower group if that group is not empty
        big = "万" if position == 3 and groups[2] else _BIG[position]
        text += _group(group) + big
        gap = False
    return text


def _group(group: int) -> str:
    """1 to 9999 as 大写, without a leading 零."""
    text = ""
    gap = False
    for position in range(3, -1, -1):
        digit = group // 10**position % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + DIGITS[digit] + _SMALL[position]
        gap = False
    return text


def parse_words(text: str) -> Decimal:
    """The amount written in 大写 or in ordinary Chinese numerals, else ValueError.

    Spaces, 人民币, ¥ and a final 整 or 正 are read over; 圆 and 元 are the same.
    """
    plain = _normalised(text)
    if not plain:
        raise ValueError("no amount in words")
    whole, sign, rest = plain.partition("元")
    if not sign:
        # without 元 the whole is either only 角 and 分, or a bare whole number
        whole, rest = ("", plain) if plain[-1] in "角分" else (plain, "")
    amount = Decimal(_parse_integer(whole)) if whole else Decimal(0)
    return amount + _parse_fraction(rest)


def _normalised(text: str) -> str:
    text = "".join(text.split()).replace("人民币", "").replace("¥", "").replace("￥", "")
    for word, plain in _SPECIAL.items():
        text = text.replace(word, plain)
    text = "".join(_PLAIN.get(character, character) for character in text)
    return text.removesuffix("整")


def _parse_integer(text: str) -> int:
    total = section = digit = 0
    seen = False
    for character in text:
        if character in DIGITS:
            if digit:
                raise ValueError("two digits in a row")
            digit = DIGITS.index(character)
            seen = True
        elif character in _SMALL[1:]:
            # 拾万: a bare 拾 counts as 壹拾
            section += (digit if digit or seen else 1) * 10 ** _SMALL.index(character)
            digit, seen = 0, True
        elif character == "万":
            section, digit = (section + digit) * 10_000, 0
            total, section = total + section, 0
        elif character == "亿":
            total, section, digit = (total + section + digit) * 100_000_000, 0, 0
        else:
            raise ValueError(f"not a numeral: {character}")
    return total + section + digit


def _parse_fraction(text: str) -> Decimal:
    text = text.replace("零", "")
    value = Decimal(0)
    for unit, worth in (("角", Decimal("0.1")), ("分", Decimal("0.01"))):
        if unit not in text:
            continue
        digit, _, text = text.partition(unit)
        if len(digit) != 1 or digit not in DIGITS:
            raise ValueError("not an amount of 角 and 分")
        value += DIGITS.index(digit) * worth
    if text:
        raise ValueError("text after the amount")
    return value
