"""What several tests of the protocol stand on."""

from decimal import Decimal

import pytest

from protocol import canonical, dsse
from protocol.line import written
from tests.protocol.packs import SMALL, pack_of, signed
from tests.protocol.stories import closed


@pytest.fixture(scope="module")
def lot(tmp_path_factory):
    """A lot whose set check is over, as files: policy, anchors, pack, receipt, officer's keys."""
    folder = tmp_path_factory.mktemp("lot")
    world = closed(**SMALL, factor="required")
    (folder / "policy.json").write_bytes(canonical.encode(signed(world.policy_event)))
    (folder / "anchors.json").write_bytes(world.anchors())
    (folder / "pack.json").write_bytes(pack_of(world))
    (folder / "receipt.json").write_bytes(canonical.encode(world.receipt(world.bids[0])))
    keys = folder / "keys"
    keys.mkdir()
    (keys / "sign.pem").write_bytes(world.seats[1]["signer"].save())
    (keys / "open.hex").write_text(world.seats[1]["sk"].hex())
    line = written(price=Decimal(9180000), tenderer="某公司", org="firm-9", currency="CNY", validity_days=90)
    (folder / "line.json").write_bytes(line.encoded())
    (folder / "bidder.pem").write_bytes(dsse.Signer.generate().save())
    world.folder = folder
    return world
