"""Pools to draw from: small ones at random for comparing with the list of all panels, larger ones for counting."""

import random

NESTED, SPLIT, QUOTAS = "nested", "split", "quotas"


def small(seed, rules=NESTED):
    """4 to 8 experts, 2 or 3 specialties, a cap or none, bounds of regions or none; `rules` says what crosses."""
    dice = random.Random(f"{seed}/{rules}")
    names = "ABC"[: dice.choice((2, 2, 3))]
    seats = {name: dice.choice((1, 1, 2)) for name in names}
    employers = [f"u{n}" for n in range(dice.randint(2, 6))]
    home = {name: dice.choice("NS") for name in employers}
    experts = []
    for n in range(dice.randint(max(4, sum(seats.values())), 8)):
        employer = dice.choice(employers)
        region = dice.choice("NS") if rules == SPLIT else home[employer]
        skills = dice.sample("ABCD"[: len(names) + 1], dice.choice((1, 1, 2, 2, 3)))
        experts.append(
            {"id": f"e{n}", "specialties": skills, "employer": employer, "region": region}
            | {"title": dice.choice("hm"), "sex": dice.choice("fm")}
        )
    pool = {"seats": seats, "caps": {}, "experts": experts}
    if rules == SPLIT or dice.random() < 0.8:
        pool["caps"]["employer"] = dice.choice((1, 1, 2))
    total = sum(seats.values())
    if rules == SPLIT or dice.random() < 0.6:
        bounds = {}
        for region in dice.sample("NS", dice.choice((1, 2))):
            low = dice.choice((0, 0, 1))
            bounds[region] = [low, dice.randint(low, total)]
        pool["caps"]["region"] = bounds
    if rules == QUOTAS:
        pool["quotas"] = {
            "title": {"h": [dice.choice((0, 1)), total]},
            "sex": {"f": [dice.choice((0, 1)), total - 1]},
        }
    return pool


def middle(cap=1, experts=60):
    """Seats A2 B2 C1, one institute with a quarter of all, regions with bounds, several specialties for a third."""
    rows = []
    for n in range(experts):
        big = n % 4 == 0
        skills = (
            ["A", "B", "C"] if n % 15 == 2 else ["A", "B"] if n % 3 == 0 else ["B"] if n % 3 == 1 else ["A"]
        )
        employer = "institute" if big else f"firm{n // 5}"
        region = "N" if big or n < experts // 2 else "S"
        rows.append({"id": f"e{n:03}", "specialties": skills, "employer": employer, "region": region})
    for row in rows:
        if row["employer"] != "institute":
            row["region"] = "N" if int(row["employer"][4:]) * 5 < experts // 2 else "S"
    return {
        "seats": {"A": 2, "B": 2, "C": 1},
        "caps": {"employer": cap, "region": {"N": [1, 3]}},
        "experts": rows,
    }
