"""OFX 2.2: what Quicken, GnuCash and their kind read; one statement for each account, booked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO
from xml.sax.saxutils import escape

from selfcare.documents.exports.booking import (
    BEGINNING,
    COUNTED,
    Account,
    CannotBeTold,
    Entry,
    Ledger,
    copy_entries,
    plain,
)
from selfcare.documents.exports.manifest import About
from selfcare.documents.exports.rows import decimal, from_lines

HEADER = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
)
STATUS = "<STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>"
MOST_FIGURES = 32
# Readers that know only the older OFX take it for ASCII; each letter beyond is a reference.
REFERENCES = "xmlcharrefreplace"
NAME, MEMO, MESSAGE = 32, 255, 255
KINDS = {"deposit": "DEP", "withdrawal": "ATM", "fee": "FEE", "transfer": "XFER"}


def write(out: BinaryIO, parts: Iterator[BinaryIO], about: About) -> None:
    """The whole file. A bank's OFX is in one currency a statement, so each has its own."""
    with Ledger(about, _entry, with_pending=False) as ledger:
        ledger.gather(from_lines(parts))
        told = escape(plain(f"{about.id}: {about.words}")[:MESSAGE])
        out.write(
            f"{HEADER}<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY>"
            f"<MESSAGE>{told}</MESSAGE></STATUS><DTSERVER>{_moment(about.made_at)}</DTSERVER>"
            "<LANGUAGE>ENG</LANGUAGE></SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1>\n".encode(
                "ascii", REFERENCES
            )
        )
        for number, account in enumerate(ledger.accounts.values(), 1):
            out.write(_head(account, about, number).encode("ascii", REFERENCES))
            copy_entries(out, account)
            out.write(_foot(account, about).encode("ascii", REFERENCES))
        out.write(b"</BANKMSGSRSV1></OFX>\n")


def _head(account: Account, about: About, number: int) -> str:
    start = about.period[0] or account.first_at or BEGINNING
    end = min(about.period[1] or about.as_of, about.as_of)
    note = "" if account.is_whole else f"<MESSAGE>{escape(COUNTED[:MESSAGE])}</MESSAGE>"
    # ACCTID has room for 22 characters, an IBAN for 34: the end of it is what tells accounts apart.
    name = escape((account.iban or account.id)[-22:])
    return (
        f"<STMTTRNRS><TRNUID>{number}</TRNUID>"
        f"<STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY>{note}</STATUS>"
        f"<STMTRS><CURDEF>{account.currency}</CURDEF><BANKACCTFROM>"
        f"<BANKID>SELFCARE</BANKID><ACCTID>{name}</ACCTID><ACCTTYPE>CHECKING</ACCTTYPE>"
        f"</BANKACCTFROM><BANKTRANLIST><DTSTART>{_moment(start)}</DTSTART>"
        f"<DTEND>{_moment(end)}</DTEND>\n"
    )


def _foot(account: Account, about: About) -> str:
    end = min(about.period[1] or about.as_of, about.as_of)
    return (
        f"</BANKTRANLIST><LEDGERBAL><BALAMT>{_figures(account.closing_minor, account.currency)}"
        f"</BALAMT><DTASOF>{_moment(end)}</DTASOF></LEDGERBAL></STMTRS></STMTTRNRS>\n"
    )


def _entry(entry: Entry, account: Account) -> bytes:
    kind = KINDS.get(entry.kind, "CREDIT" if entry.amount_minor >= 0 else "DEBIT")
    unique = f"{entry.transaction_id or account.id}{'-FEE' if entry.is_fee else ''}"
    if not entry.transaction_id:
        unique = f"{unique}-{entry.reference}"
    memo = " ".join(part for part in (entry.text, entry.end_to_end_id) if part)
    told = f"<MEMO>{escape(memo[:MEMO].strip())}</MEMO>" if memo.strip() else ""
    name = escape((entry.name or "Not named")[:NAME].strip() or "Not named")
    return (
        f"<STMTTRN><TRNTYPE>{kind}</TRNTYPE><DTPOSTED>{_moment(entry.at)}</DTPOSTED>"
        f"<TRNAMT>{_figures(entry.amount_minor, entry.currency)}</TRNAMT>"
        f"<FITID>{escape(unique)}</FITID><NAME>{name}</NAME>{told}</STMTTRN>\n"
    ).encode("ascii", REFERENCES)


def _figures(minor: int, currency: str) -> str:
    text = decimal(minor, currency)
    if len(text) > MOST_FIGURES:
        raise CannotBeTold("amount_too_long")
    return text


def _moment(at: datetime) -> str:
    """OFX's own way of writing an instant, in UTC."""
    return f"{at.astimezone(UTC):%Y%m%d%H%M%S}.000[0:GMT]"
