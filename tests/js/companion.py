"""The browser's verifier under Node beside a Python test, so that both judge the same bundle."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

NODE = shutil.which("node")
SCRIPT = Path(__file__).with_name("judge.mjs")


class Companion:
    """One Node process for many bundles; use as a context manager. ``quick`` is for sweeps (quick.mjs)."""

    def __init__(self, *, quick: bool = False) -> None:
        self._options = ["quick"] if quick else []

    def __enter__(self) -> Self:
        command = [str(NODE), str(SCRIPT), *self._options]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)

    def judge(self, bundle: Path, anchors: Path) -> dict[str, Any]:
        """`ok`, all `checks`, those that `failed` in order, `why`, and the `verdicts`."""
        self.ask(bundle, anchors)
        return self.answer()

    def ask(self, bundle: Path, anchors: Path, receipts: Iterable[Path] = ()) -> None:
        """Ask without waiting; the files must stay until the answer is there."""
        assert self._process.stdin is not None
        row = {"bundle": str(bundle), "anchors": str(anchors), "receipts": [str(path) for path in receipts]}
        self._process.stdin.write(json.dumps(row) + "\n")

    def answer(self) -> dict[str, Any]:
        """The answer to the oldest question that has none."""
        assert self._process.stdout is not None
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer
