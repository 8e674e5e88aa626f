"""camt.053 against its schema; OFX and MT940 read back by independent parsers."""

import io
import warnings
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import mt940
import pytest
from lxml import etree

from selfcare.documents.exports.booking import COUNTED, CannotBeTold
from selfcare.documents.exports.manifest import Books, Posting
from selfcare.documents.exports.mt940 import spelt
from selfcare.documents.exports.rows import decimal
from tests.documents.exports.made_up import AS_OF, booked, books_for, row, signed, some, written

SCHEMA = Path(__file__).resolve().parents[4] / "shared/data/schemas/camt.053.001.08.xsd"
NS = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"}
BERLIN = ZoneInfo("Europe/Berlin")


def amounts(rows: list[dict[str, Any]]) -> Counter[tuple[str, str, Decimal]]:
    """What has to be found in a file of booked rows: id, currency, signed amount; fees beside."""
    found = Counter(
        (one["id"], one["currency"], Decimal(decimal(signed(one), one["currency"]))) for one in rows
    )
    found.update(
        (f"{one['id']}-FEE", one["currency"], Decimal(decimal(-one["fee_minor"], one["currency"])))
        for one in rows
        if one["fee_minor"]
    )
    return found


def camt(rows: list[dict[str, Any]], **facts: Any) -> etree._Element:
    body, _ = written("camt053", rows, **facts)
    return etree.fromstring(body)


def texts(tree: etree._Element, path: str) -> list[str]:
    return [str(one.text) for one in tree.iterfind(path, NS)]


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    if not SCHEMA.exists():
        pytest.skip("../shared/data/schemas isn't here, so camt.053 can't be checked against it")
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


@pytest.mark.parametrize("count", [0, 1, 40])
def test_camt_is_valid(schema: etree.XMLSchema, count: int) -> None:
    for facts in ({}, {"books": books_for(some(0), 0)}):
        tree = camt(some(count), **facts)
        assert schema.validate(tree), schema.error_log


def test_camt_is_valid_with_the_oddest_texts(schema: etree.XMLSchema) -> None:
    odd = "]]>&\x00\x1f\ufffe<" * 60
    rows = [
        row(
            counterparty={"kind": "person", "name": odd, "iban": "no iban"},
            references={"end_to_end_id": odd, "remittance_information": odd},
            account={"id": "acc_x", "name": odd, "currency": "EUR", "iban": "nonsense" * 9},
        ),
        row(counterparty={"kind": "person", "name": "", "iban": ""}, references={}),
    ]
    tree = camt(rows, holder=odd, words=odd)
    assert schema.validate(tree), schema.error_log


def test_camt_holds_every_row_with_sign_status_and_date() -> None:
    rows = some()
    found: Counter[tuple[str, str, Decimal]] = Counter()
    for entry in camt(rows).iterfind(".//c:Ntry", NS):
        amount = entry.find("c:Amt", NS)
        value = Decimal(amount.text) * (-1 if entry.find("c:CdtDbtInd", NS).text == "DBIT" else 1)
        fee = "-FEE" if texts(entry, "c:NtryRef")[0].endswith("FEE") else ""
        identity = texts(entry, "c:AddtlNtryInf")[0] + fee
        found[identity, amount.get("Ccy"), value] += 1
        one = next(one for one in rows if one["id"] == identity.removesuffix("-FEE"))
        is_booked = one["status"] == "completed"
        assert texts(entry, "c:Sts/c:Cd") == ["BOOK" if is_booked else "PDNG"]
        at = [one["completed_at"].replace("Z", ".000Z")] if is_booked else []
        assert texts(entry, "c:BookgDt/c:DtTm") == at
    assert found == amounts([one for one in rows if one["status"] != "failed"])


def test_camt_counts_from_zero_and_says_so() -> None:
    rows = some()
    body, told = written("camt053", rows)
    tree = etree.fromstring(body)
    assert COUNTED in told.notes
    for statement in tree.iterfind(".//c:Stmt", NS):
        opening, closing = texts(statement, "c:Bal/c:Amt")
        assert Decimal(opening) == 0
        assert COUNTED in texts(statement, "c:AddtlStmtInf")[0]
        currency = texts(statement, "c:Acct/c:Ccy")[0]
        own = [one for one in booked(rows) if one["currency"] == currency]
        net = sum(signed(one) - one["fee_minor"] for one in own)
        assert Decimal(closing) == abs(Decimal(decimal(net, currency)))
    assert told.left_out == {"never moved money": sum(one["status"] == "failed" for one in rows)}


def test_camt_takes_the_accounts_balances_where_it_is_whole() -> None:
    rows = [row(amount_minor=250, fee_minor=10), row(direction="in", amount_minor=100)]
    body, told = written("camt053", rows, books=books_for(rows, 1000))
    tree = etree.fromstring(body)
    assert texts(tree, ".//c:Bal/c:Amt") == ["10.00", "8.40"]
    assert not told.notes
    assert texts(tree, ".//c:AddtlStmtInf") == []


def test_camt_holds_what_else_was_booked_so_that_it_adds_up() -> None:
    rows = [row(amount_minor=250)]
    extra = Posting(AS_OF, "Brought in", 5000)

    def books(*_: object) -> Books:
        return Books(1000, 1000 - 250 + 5000, 1, 0, 250, 0, (extra,))

    body, told = written("camt053", rows, books=books)
    assert texts(etree.fromstring(body), ".//c:Bal/c:Amt") == ["10.00", "57.50"]
    assert "1 booking that is no transaction" in told.notes[0]


def test_camt_refuses_an_amount_that_has_no_room() -> None:
    with pytest.raises(CannotBeTold):
        camt([row(amount_minor=2**63 - 1)])


def read_mt940(rows: list[dict[str, Any]], **facts: Any) -> list[Any]:
    body, _ = written("mt940", rows, **facts)
    return list(mt940.parse(body.decode("ascii")))


def test_mt940_is_read_back_row_for_row() -> None:
    rows = some()
    found: Counter[tuple[str, str, Decimal]] = Counter()
    for entry in read_mt940(rows):
        told = entry.data
        details = told["transaction_details"].replace("\n", "")
        fee = "-FEE" if told["id"] == "NCHG" else ""
        identity = details.split(" ")[0].replace("-", "_", 1)
        one = next(one for one in booked(rows) if one["id"] == identity)
        found[f"{identity}{fee}", told["amount"].currency, told["amount"].amount] += 1
        at = AS_OF.fromisoformat(one["completed_at"]).astimezone(BERLIN)
        assert told["date"] == at.date()
    assert found == amounts(booked(rows))


def test_mt940_holds_only_what_swift_can_spell() -> None:
    odd = "株式会社 {:}\n-}\r\n:62F: Köhler\u202e"
    body, _ = written("mt940", [row(counterparty={"kind": "bank", "name": odd * 9, "iban": None})])
    lines = body.decode("ascii").split("\r\n")
    assert all(len(line) <= 65 + len(":86:") for line in lines)
    assert len([line for line in lines if line.startswith(":62F:")]) == 1
    assert len([line for line in lines if line == "-"]) == 1
    assert spelt("Köhler & Söhne") == "Koehler + Soehne"


def test_mt940_refuses_an_amount_that_has_no_room() -> None:
    with pytest.raises(CannotBeTold):
        written("mt940", [row(amount_minor=10**15)])


def read_ofx(rows: list[dict[str, Any]], **facts: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ofxparse

        body, _ = written("ofx", rows, **facts)
        return ofxparse.OfxParser.parse(io.BytesIO(body))


def test_ofx_is_read_back_row_for_row() -> None:
    rows = some()
    found: Counter[tuple[str, str, Decimal]] = Counter()
    for account in read_ofx(rows).accounts:
        for entry in account.statement.transactions:
            found[entry.id, account.curdef, entry.amount] += 1
            identity = entry.id.removesuffix("-FEE")
            one = next(one for one in rows if one["id"] == identity)
            at = AS_OF.fromisoformat(one["completed_at"])
            assert entry.date == at.replace(tzinfo=None)
            if not entry.id.endswith("-FEE"):
                assert entry.payee == one["counterparty"]["name"][:32]
    assert found == amounts(booked(rows))


def test_ofx_tells_the_closing_balance() -> None:
    rows = [row(amount_minor=250, fee_minor=10), row(direction="in", amount_minor=100)]
    (account,) = read_ofx(rows, books=books_for(rows, 1000)).accounts
    assert account.statement.balance == Decimal("8.40")


def test_ofx_is_well_formed_with_the_oddest_texts() -> None:
    odd = "]]>&\x00\x1f<STMTTRN>" * 30
    body, _ = written(
        "ofx", [row(counterparty={"kind": "person", "name": odd, "iban": None})], words=odd
    )
    assert len(list(etree.fromstring(body).iter("STMTTRN"))) == 1


@pytest.mark.parametrize("name", ["mt940", "ofx", "camt053"])
def test_it_counts_what_it_leaves_out(name: str) -> None:
    rows = some()
    _, told = written(name, rows)
    waiting = sum(one["status"] in {"processing", "action_required"} for one in rows)
    assert told.left_out["never moved money"] == sum(one["status"] == "failed" for one in rows)
    assert told.left_out["not booked yet"] == (0 if name == "camt053" else waiting)
    assert told.told()["left_out"] == dict(told.left_out)
