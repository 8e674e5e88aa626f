"""Tells a merchant what becomes of what it asked for while that has no customer."""

from datetime import datetime

from sandbox.merchant_api import wire
from sandbox.merchant_api.models import Demand
from sandbox.webhooks import telling


def of_demand(demand: Demand, step: str, at: datetime) -> None:
    """Afterwards its transaction tells. Must run inside the change's transaction."""
    telling.tell(
        demand.merchant, f"{demand.kind}.{step}", object_id=demand.wire_id, at=at,
        data=wire.asked_for(demand, at),
    )  # fmt: skip
