"""Circulations with lower bounds in integers, by Dinic's algorithm in a fixed order (docs/protocol.md, 14.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Arc = tuple[int, int]


class Flow(NamedTuple):
    """What was found: a value for each arc, or None and the nodes of a cut which shows that there is none.

    More must enter the nodes of `cut` than may leave them: the lower bounds of arcs into it exceed the upper
    bounds of arcs out of it (Hoffman 1960).
    """

    values: list[int] | None
    cut: frozenset[int]


def circulate(nodes: int, arcs: Sequence[Arc], low: Sequence[int], high: Sequence[int]) -> Flow:
    """A circulation between the bounds, else the cut of the nodes which the excess still reaches."""
    network = _Network(nodes + 2)
    excess = [0] * nodes
    for (tail, head), least, most in zip(arcs, low, high, strict=True):
        network.add(tail, head, most - least)
        excess[head] += least
        excess[tail] -= least
    wanted = 0
    for node, amount in enumerate(excess):
        if amount > 0:
            network.add(nodes, node, amount)
            wanted += amount
        elif amount < 0:
            network.add(node, nodes + 1, -amount)
    if network.maximise(nodes, nodes + 1) == wanted:
        return Flow([least + network.left[2 * at + 1] for at, least in enumerate(low)], frozenset())
    return Flow(None, frozenset(node for node in range(nodes) if network.depth[node] >= 0))


class _Network:
    """Arcs and their reverses: arc 2i is the i-th added, 2i+1 its reverse; `left` is what each can still carry."""

    def __init__(self, nodes: int) -> None:
        self.leaving: list[list[int]] = [[] for _ in range(nodes)]
        self.head: list[int] = []
        self.left: list[int] = []
        self.depth: list[int] = []

    def add(self, tail: int, head: int, capacity: int) -> None:
        self.leaving[tail].append(len(self.head))
        self.leaving[head].append(len(self.head) + 1)
        self.head += (head, tail)
        self.left += (capacity, 0)

    def maximise(self, source: int, sink: int) -> int:
        """The value of a maximum flow; afterwards `depth` is -1 for nodes out of reach."""
        total = 0
        while self._reach(source)[sink] >= 0:
            following = [0] * len(self.leaving)
            while pushed := self._augment(source, sink, following):
                total += pushed
        return total

    def _reach(self, source: int) -> list[int]:
        """Breadth first: the depth of every node."""
        depth = [-1] * len(self.leaving)
        depth[source], queue = 0, [source]
        head, left, leaving = self.head, self.left, self.leaving
        for node in queue:
            for arc in leaving[node]:
                if left[arc] and depth[head[arc]] < 0:
                    depth[head[arc]] = depth[node] + 1
                    queue.append(head[arc])
        self.depth = depth
        return depth

    def _augment(self, source: int, sink: int, following: list[int]) -> int:
        """Push along the first path of rising depth; 0 if there is none left."""
        path: list[int] = []
        node = source
        depth, head, left, leaving = self.depth, self.head, self.left, self.leaving
        while node != sink:
            arcs = leaving[node]
            for at in range(following[node], len(arcs)):
                arc = arcs[at]
                if left[arc] and depth[head[arc]] == depth[node] + 1:
                    following[node] = at
                    path.append(arc)
                    node = head[arc]
                    break
            else:
                following[node] = len(arcs)
                if not path:
                    return 0
                node = head[path.pop() ^ 1]
                following[node] += 1
        pushed = min(left[arc] for arc in path)
        for arc in path:
            left[arc] -= pushed
            left[arc ^ 1] += pushed
        return pushed


def reach(start: Sequence[int], arcs: Sequence[Arc], up: Sequence[bool], down: Sequence[bool]) -> set[int]:
    """The nodes reached along arcs which may carry more (`up`), and backwards along those that may carry less."""
    steps: dict[int, list[int]] = {}
    for at, (tail, head) in enumerate(arcs):
        if up[at]:
            steps.setdefault(tail, []).append(head)
        if down[at]:
            steps.setdefault(head, []).append(tail)
    found, queue = set(start), list(start)
    for node in queue:
        for other in steps.get(node, ()):
            if other not in found:
                found.add(other)
                queue.append(other)
    return found
