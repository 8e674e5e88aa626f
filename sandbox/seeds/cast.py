"""The people of the world and their accounts, as data, and numbers that only look like IBANs."""

import random
from dataclasses import dataclass, field

PASSWORD = "sandbox"  # noqa: S105 (the demo's, told on its front page)


@dataclass(frozen=True, slots=True)
class Role:
    """One of the cast; `opening` is what each account holds when the history begins."""

    key: str
    name: str
    roles: tuple[str, ...]
    locale: str = "en-GB"
    opening: dict[str, int] = field(default_factory=dict)
    employer: str = ""
    wage_minor: int = 0
    pace: float = 0.0

    @property
    def email(self) -> str:
        return f"{self.key}@example.com"


CAST = [
    Role(
        "alice", "Alice Marlow", ("user",), "en-GB",
        {"EUR": 241_800, "GBP": 18_000, "CZK": 120_000}, "Kranich Software GmbH", 284_500, 1.0,
    ),
    Role(
        "bob", "Bob Ferreira", ("user",), "en-GB", {"EUR": 96_450}, "Werft am Fluss AG", 231_000,
        0.3,
    ),
    Role(
        "carol", "Carol Whitby", ("user", "restricted"), "en-GB",
        {"EUR": 61_200, "GBP": 30_500}, "Stadtarchiv Nordhafen", 219_000, 0.2,
    ),
    Role("mia", "Mia Okafor", ("user", "merchant_admin"), "en-GB", {"EUR": 152_000}, "", 0, 0.12),
    Role("oscar", "Oscar Lindqvist", ("user", "operator"), "en-GB", {"EUR": 40_000}, "", 0, 0.01),
]  # fmt: skip
BY_KEY = {role.key: role for role in CAST}
MERCHANT_ADMINS = {"tandem-bikes": "mia"}
ACCOUNT_NAMES = {"EUR": "Everyday", "GBP": "Travel", "CZK": "Prague", "USD": "Dollars"}

# National parts of banks that are not there: Germany gives out no bank code that begins with 9,
# Britain's four letters name the bank, the Czech and Danish ones are outside the lists.
_BANKS = {"DE": ("99012000", 10), "GB": ("XSBX000000", 8), "CZ": ("9990", 16), "DK": ("9999", 10)}


def iban(country: str, rng: random.Random) -> str:
    """An IBAN with right length and check digits (ISO 13616) at a bank that does not exist."""
    bank, digits = _BANKS.get(country, _BANKS["DE"])
    country = country if country in _BANKS else "DE"
    national = bank + "".join(str(rng.randrange(10)) for _ in range(digits))
    as_digits = "".join(str(int(letter, 36)) for letter in f"{national}{country}00")
    return f"{country}{98 - int(as_digits) % 97:02d}{national}"
