"""Keys, a store and a pool's key of each test's own."""

from tests.experts.draws.conftest import own_installation

__all__ = ["own_installation"]
