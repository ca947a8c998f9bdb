"""Pages of bid security: whole in both languages for whom they are for, refused to everybody else, silent about others."""

from datetime import timedelta

import pytest
from django.utils import translation

from accounts.models import Person
from kernel import clock
from tests import builders_bidding as build
from tests.web.test_pages import whole
from trading.services import documents_take

pytestmark = pytest.mark.django_db
PREFIXES = {"zh-hans": "", "en": "/en"}


@pytest.fixture(autouse=True)
def reader():
    """Nobody's language lingers from the request before."""
    translation.activate("zh-hans")
