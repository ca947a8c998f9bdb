"""``manage.py demo``: a market with tenders at every stage, one of them verified, then the public site."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.registrar_keys import registrar_trust
from bidding.management.commands.run_tender import OWN, read_plans
from bidding.rehearsal.key_files import passphrase_from
from kernel import clock
from portal.demo import experts, market, panels

FIXTURE = Path(market.__file__).with_name("tenders.csv")
TICK_SECONDS = 60
LOGINS = "logins.txt"
KEYS = "browser-keys"
NOBODYS_PHONE = "0591-00000000"
"""No subscriber number begins with a nought."""


class Command(BaseCommand):
    """``demo``: see the help texts."""

    help = (
        "Builds the demonstration market in an installation of its own (once; a broken-off attempt leaves no trace), "
        "verifies one of its tenders with the offline verifier, prints the logins and serves the site."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to keep it, where to serve it."""
        parser.add_argument("--place", type=Path, default=Path(settings.BASE_DIR) / "var" / "demo")
        parser.add_argument("--address", default="127.0.0.1:8000")
        parser.add_argument("--no-serve", action="store_true", help="build and verify only")
        parser.add_argument("--here", action="store_true", help="build into the configured installation")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build unless it is there, verify, print, serve."""
        if options["here"]:
            self._load()
            return
        place: Path = options["place"].resolve()
        if not place.exists():
            self._build(place)
        self.stdout.write((place / LOGINS).read_text("utf-8"))
        self._verify(place)
        if not options["no_serve"]:
            self._serve(place, options["address"])

    def _build(self, place: Path) -> None:
        """In a directory beside, which gets its name when all is done."""
        part = place.with_name(place.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        command = [sys.executable, sys.argv[0], "demo", "--here"]
        if subprocess.call(command, env=environment(part)):  # noqa: S603 - ourselves
            raise CommandError("The market could not be built.")
        part.rename(place)

    def _load(self) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demonstration does not run in a production installation.")
        call_command("migrate", interactive=False, verbosity=0)
        var, password = Path(settings.VAR_DIR), secrets.token_urlsafe(9)
        plans = list(read_plans(FIXTURE, 100, 2_000))
        built = market.build(
            plans, var / "bundles", now=clock.now(), password=password, say=self.stdout.write
        )
        registrar_trust(built.registry.registrar.spki.hex())
        lines = ["Logins of this demonstration:", f"  password        {password}"]
        lines += [f"  {role:<16}{party.email}" for role, party in market.logins(built.registry)]
        lines += [f"  {role:<16}{email}" for role, email in (("expert", experts.EMAIL), *panels.members())]
        passphrase = passphrase_from(secrets.token_bytes(16))
        market.key_files(built.registry, var / KEYS, passphrase)
        lines += [
            f"Their signing keys, to be restored in a browser: {KEYS}/",
            f"  passphrase      {passphrase}",
        ]
        (var / LOGINS).write_text("\n".join(lines), "utf-8")

    def _verify(self, place: Path) -> None:
        """Run the offline verifier as a stranger would: on an opening, then on a lot from its draw to its award."""
        folder = min(path for path in (place / "bundles").iterdir() if (path / "bundle.zip").exists())
        receipt = min((folder / "receipts").iterdir())
        self._judge(folder / "bundle.zip", folder / "anchors.json", "--receipt", receipt)
        awarded = min((place / "bundles").glob("*/awarded.zip"), default=None)
        if awarded is None:
            raise CommandError(f"{place} was built by an older version. Remove it and run this again.")
        self._judge(awarded, awarded.with_name("awarded-anchors.json"))

    def _judge(self, bundle: Path, anchors: Path, *more: str | Path) -> None:
        words = ["-m", "protocol", "verify", bundle, "--anchors", anchors, *more]
        self.stdout.write(f"\n$ {Path(sys.executable).name} {' '.join(map(str, words))}")
        self.stdout.flush()
        if subprocess.call([sys.executable, *map(str, words)], cwd=settings.BASE_DIR):  # noqa: S603 - ourselves
            raise CommandError("The bundle does not verify.")

    def _serve(self, place: Path, address: str) -> None:
        """Serve the site, and beat the log's heart, until interrupted."""
        found = environment(place)
        serve = f"-m gunicorn config.wsgi:application --bind {address} --workers 1 --threads 4"
        beat = f"{sys.argv[0]} tick --every {TICK_SECONDS}"
        running = [
            subprocess.Popen([sys.executable, *words.split()], env=found, cwd=settings.BASE_DIR)  # noqa: S603 - ourselves
            for words in (serve, beat)
        ]
        self.stdout.write(f"\nhttp://{address}  (Ctrl-C ends it)")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            running[0].wait()
        except KeyboardInterrupt:
            pass
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()


def environment(place: Path) -> dict[str, str]:
    """The environment of the demonstration's own installation under ``place``."""
    found = {**os.environ, **OWN, "SUNLIT_VAR_DIR": str(place), "SUNLIT_MODE": "development"}
    found.setdefault("SUNLIT_OPERATOR_PHONE", NOBODYS_PHONE)
    for name in ("SUNLIT_KEYS_DIR", "SUNLIT_STORE_DIR", "SUNLIT_LOG_KEY_FILE", "SUNLIT_PLATFORM_KEY_FILE"):
        found.pop(name, None)
    return found
