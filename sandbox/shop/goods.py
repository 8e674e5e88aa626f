"""What is on the shop's shelf."""

from typing import NamedTuple


class Item(NamedTuple):
    key: str
    title: str
    told: str
    amount_minor: int
    currency: str = "EUR"

    @property
    def price(self) -> tuple[int, str]:
        return self.amount_minor, self.currency


SHELF = (
    Item("bell", "Bell, brass", "Says ding, and means it.", 1450),
    Item("lamp", "Front lamp", "Forty lux, and a switch you find with gloves on.", 3990),
    Item("saddle", "Saddle, leather", "Hard for a month, yours for ten years.", 8900),
    Item("service", "City bike, service", "Cables, brakes, chain, and a test ride.", 6490),
)
BY_KEY = {item.key: item for item in SHELF}
PRIZES = (500, 1000, 2500)
