"""Why there is no panel, in plain words, read from a cut (docs/protocol.md, 14.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from protocol.draw.grouping import Class, Mark, Shape
from protocol.draw.network import Network

Say = Callable[..., str]
EN: Final = {
    "no": "No panel can be drawn: {need}, but {have}.",
    "seats": "{names}, together {n}",
    "seat": "specialty {name} needs {n}",
    "regions": "{names}, together {n}",
    "region": "region {name} must give at least {n}",
    "most": "at most {n} can be had: {parts}",
    "none": "nobody can be had",
    "region-most": "{n} from region {name}",
    "cap": "{n} under employer caps of {cap} (experts {heads}, employers {employers})",
    "heads": "{n} others",
    "seat-most": "{n} for specialty {name}",
    "pool": " Specialty {name}: seats {seats}, experts {heads}.",
    "held": " They belong to {employers} employers, at most {largest} to one.",
    "quotas": "No panel keeps all of these rules at once: {rules}. Without any one of them there would be one.",
    "quota": "{attribute} {value}: {low} to {high} members",
    "and": "; ",
    "names": ", ",
}
ZH: Final = {
    "no": "无法组成评标委员会：{need}，但{have}。",
    "seats": "{names}合计需要{n}人",
    "seat": "专业“{name}”需要{n}人",
    "regions": "{names}合计至少需要{n}人",
    "region": "地区“{name}”至少需要{n}人",
    "most": "最多只能有{n}人：{parts}",
    "none": "没有可抽取的专家",
    "region-most": "地区“{name}”最多{n}人",
    "cap": "{employers}家单位、每家最多{cap}人，共{n}人（专家{heads}人）",
    "heads": "其他专家{n}人",
    "seat-most": "专业“{name}”最多{n}人",
    "pool": "专业“{name}”：席位{seats}个，专家{heads}人。",
    "held": "来自{employers}家单位，最多的一家有{largest}人。",
    "quotas": "没有评标委员会能同时满足以下各条：{rules}。去掉其中任何一条即可组成。",
    "quota": "{attribute}“{value}”：{low}至{high}人",
    "and": "；",
    "names": "、",
}
LANGUAGES: Final = {"en": EN, "zh": ZH}


def of_cut(network: Network, cut: frozenset[int]) -> dict[str, str]:
    """The reason, by language, which a cut of the network gives: who is needed, who can be had, what limits that."""
    return {language: _sentence(network, cut, words) for language, words in LANGUAGES.items()}


def _sentence(network: Network, cut: frozenset[int], words: dict[str, str]) -> str:
    """The demand is of the specialties outside the cut, or of regions inside it when the source is outside."""
    shape = network.shape
    named = dict(enumerate(network.names))
    if 0 in cut:
        needed = [str(n) for at, (what, n) in named.items() if what == "specialty" and at not in cut]
        need = _need(words, "seat", {name: shape.seats[name] for name in needed})
    else:
        needed = []
        inside = [str(n) for at, (what, n) in named.items() if what == "region" and at in cut]
        need = _need(words, "region", {name: shape.regions[name][0] for name in inside})
    parts, amount = [], 0
    for at, (tail, head) in enumerate(network.arcs[:-1]):
        if tail in cut and head not in cut and named[head][0] != "sink":
            parts.append((named[head], at))
            amount += network.high[at]
        elif tail in cut and 0 not in cut and named[head][0] == "sink":
            parts.append((named[tail], at))
            amount += network.high[at]
    have = words["most"].format(n=amount, parts=words["names"].join(_parts(network, parts, words)))
    return words["no"].format(need=need, have=have if amount else words["none"]) + _pools(
        shape, needed, words
    )


def _need(words: dict[str, str], what: str, wanted: dict[str, int]) -> str:
    """One thing by its name, several with their sum."""
    each = [words[what].format(name=name, n=n) for name, n in wanted.items()]
    if len(each) == 1:
        return each[0]
    return words[f"{what}s"].format(names=words["names"].join(each), n=sum(wanted.values()))


def _parts(
    network: Network, parts: list[tuple[tuple[str, str | int], int]], words: dict[str, str]
) -> Iterable[str]:
    """What limits each way out of the cut: region, seats, cap by cap, and heads together."""
    caps: dict[int, list[Class]] = {}
    heads = 0
    for (what, name), at in parts:
        if what == "region":
            yield words["region-most"].format(name=name, n=network.high[at])
        elif what == "specialty" and at not in network.pairs:
            yield words["seat-most"].format(name=name, n=network.high[at])
        elif what == "class" and _capped(one := network.shape.classes[int(name)]):
            caps.setdefault(one.cap, []).append(one)
        else:
            heads += network.high[at]
    for cap, classes in sorted(caps.items()):
        employers = sum(one.employers for one in classes)
        total = sum(one.employers * kind.heads for one in classes for kind in one.kinds)
        yield words["cap"].format(n=employers * cap, employers=employers, cap=cap, heads=total)
    if heads:
        yield words["heads"].format(n=heads)


def _pools(shape: Shape, names: list[str], words: dict[str, str]) -> str:
    """What the pool holds of each specialty named."""
    said = ""
    for name in names:
        held = [
            (one.employers, sum(kind.heads for kind in one.kinds if name in kind.specialties))
            for one in shape.classes
        ]
        held = [(employers, heads) for employers, heads in held if heads]
        number = sum(employers * heads for employers, heads in held)
        said += words["pool"].format(name=name, seats=shape.seats[name], heads=number)
        if held and any(map(_capped, shape.classes)):
            largest = max(heads for _, heads in held)
            said += words["held"].format(employers=sum(employers for employers, _ in held), largest=largest)
    return said


def _capped(one: Class) -> bool:
    """Whether the cap of a class keeps anybody out."""
    return one.cap < sum(kind.heads for kind in one.kinds)


def of_rules(shape: Shape, marks: list[Mark], *, seats: bool) -> dict[str, str]:
    """The reason, by language, when quotas which cross are at odds with each other or with seats and caps."""
    said = {}
    for language, words in LANGUAGES.items():
        rules = [words["seat"].format(name=name, n=n) for name, n in shape.seats.items()] if seats else []
        for attribute, value in marks:
            low, high = shape.quotas[attribute, value]
            rules.append(words["quota"].format(attribute=attribute, value=value, low=low, high=high))
        said[language] = words["quotas"].format(rules=words["and"].join(rules))
    return said
