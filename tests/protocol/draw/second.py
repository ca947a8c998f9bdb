"""A second drawing from the text alone (docs/protocol.md, 14.2, 14.6, 14.7) for nested rules: nothing of the product is used."""

import hashlib
import json


class Numbers:
    def __init__(self, seed, label):
        self.key = hashlib.sha256(b"tender-draw/v1/stream\0" + label.encode() + b"\0" + seed).digest()
        self.i = -1

    def below(self, n):
        while True:
            self.i += 1
            v = int.from_bytes(hashlib.sha256(self.key + self.i.to_bytes(8, "big")).digest(), "big")
            if v < 2**256 // n * n:
                return v % n

    def sample(self, n, k):
        places = list(range(n))
        for i in range(k):
            j = i + self.below(n - i)
            places[i], places[j] = places[j], places[i]
        return places[:k]


def classes(pool):
    """[(region, cap, kinds, [ids of each kind, employer by employer])], in the order of 14.2."""
    asked, caps, regions = pool["seats"], pool["caps"], pool["caps"].get("region", {})
    employers = {}
    for one in pool["experts"]:
        if skills := sorted(name for name in one["specialties"] if asked.get(name)):
            region = one["region"] if one["region"] in regions else ""
            key = (region, one["employer"] if "employer" in caps else "")
            employers.setdefault(key, {}).setdefault(json.dumps(skills), []).append(one["id"])
    found = {}
    for (region, _), held in sorted(employers.items(), key=lambda item: item[0][1]):
        kinds = sorted((json.loads(skills), sorted(ids)) for skills, ids in held.items())
        heads = sum(len(ids) for _, ids in kinds)
        cap = min(caps.get("employer", heads), heads)
        signature = [region, cap, [[skills, [], len(ids)] for skills, ids in kinds]]
        text = json.dumps(signature, separators=(",", ":"), ensure_ascii=False).encode()
        found.setdefault(text, (signature, []))[1].append([ids for _, ids in kinds])
    return [found[text] for text in sorted(found)]


def panel(pool, rows, stated, seed, label):
    """{id: specialty}: rounding of the stated flow over the arcs `rows`, then employers, then persons."""
    numbers, over = Numbers(seed, label), int(stated["denominator"])
    flow = [int(value) for value in stated["flow"]]
    rounded(rows, flow, over, numbers)
    grouped = classes(pool)
    kinds = [(at, kind) for at, (signature, _) in enumerate(grouped) for kind in range(len(signature[2]))]
    first = len(rows) - 1 - sum(1 for n in pool["seats"].values() if n)
    pairs = [(at, name) for at, kind in enumerate(stated["kinds"]) for name in kind["specialties"]]
    first -= len(pairs)
    drawn = {}
    for number, (_, employers) in enumerate(grouped):
        entries = []
        for place, (at, name) in enumerate(pairs):
            if kinds[at][0] == number:
                entries += [(kinds[at][1], name)] * (flow[first + place] // over)
        if not entries:
            continue
        turns = numbers.sample(len(employers), min(len(employers), len(entries)))
        groups = {}
        for i, (kind, name) in enumerate(entries):
            groups.setdefault((turns[i % len(turns)], kind), []).append(name)
        for (employer, kind), names in groups.items():
            ids = employers[employer][kind]
            for at, name in zip(numbers.sample(len(ids), len(names)), names, strict=True):
                drawn[ids[at]] = name
    return drawn


def rounded(rows, flow, over, numbers):
    """In place; walks as 14.7 says, looking everything up anew at each step."""
    for start in range(1 + max(max(tail, head) for tail, head, *_ in rows)):
        nodes, walk = [start], []
        while True:
            here = nodes[-1]
            ways = [
                at
                for at, (tail, head, *_) in enumerate(rows)
                if flow[at] % over and here in (tail, head) and walk[-1:] != [at]
            ]
            if not ways:
                break
            tail, head = rows[ways[0]][:2]
            there = head if here == tail else tail
            walk.append(ways[0])
            if there not in nodes:
                nodes.append(there)
                continue
            at = nodes.index(there)
            cycle = [(arc, rows[arc][0] == node) for arc, node in zip(walk[at:], nodes[at:], strict=True)]
            alpha = min(over - flow[arc] % over if ahead else flow[arc] % over for arc, ahead in cycle)
            beta = min(flow[arc] % over if ahead else over - flow[arc] % over for arc, ahead in cycle)
            step = alpha if numbers.below(alpha + beta) < beta else -beta
            for arc, ahead in cycle:
                flow[arc] += step if ahead else -step
            walk, nodes = walk[:at], nodes[: at + 1]
