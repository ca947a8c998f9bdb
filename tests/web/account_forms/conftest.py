"""An hour ago, and an intake clerk of the centre."""

from datetime import timedelta

import pytest

from accounts.registrar_keys import registrar_trust
from accounts.states import Role
from kernel import clock
from tests import builders_accounts as build


@pytest.fixture
def at():
    return clock.now() - timedelta(hours=1)


@pytest.fixture
def intake(at):
    registrar_trust(build.REGISTRAR.spki.hex())
    return build.staff(build.centre(at=at), Role.INTAKE, 950, at=at)
