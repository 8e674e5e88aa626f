"""ISO 20022 camt.053, any version from .001.02; no database, no other format, no network."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from lxml import etree

from sandbox.statements.remittance import iban, reference
from sandbox.statements.statement import (
    Balance,
    Entry,
    OriginalAmount,
    Statement,
    StatementError,
    minor_units,
    tidy,
)

NAMESPACE = re.compile(r"^urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.[0-9]{2}$")
DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
# Encodings in which "<!DOCTYPE" looks like itself, so that it can be refused before parsing.
ENCODINGS = {b"utf-8", b"us-ascii", b"ascii", b"iso-8859-1", b"iso-8859-15", b"windows-1252"}
OPENING = ("OPBD", "PRCD")
CLOSING = ("CLBD",)
DATE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read(data: bytes) -> list[Statement]:
    """All statements of a document, or StatementError."""
    root = _document(data)
    message = _child(root, "BkToCstmrStmt")
    if message is None:
        raise StatementError(
            "the document holds no statement (BkToCstmrStmt)", line=root.sourceline
        )
    statements = [_statement(element) for element in message.iterfind("{*}Stmt")]
    if not statements:
        raise StatementError("BkToCstmrStmt holds no Stmt", line=message.sourceline)
    return statements


def _document(data: bytes) -> etree._Element:
    declared = DECLARED.match(data)
    if declared and declared[1].lower() not in ENCODINGS:
        raise StatementError(f"the encoding {declared[1].decode()!r} is not read here", line=1)
    for forbidden in (b"<!DOCTYPE", b"<!ENTITY"):
        if forbidden in data:
            line = data.count(b"\n", 0, data.index(forbidden)) + 1
            raise StatementError("a statement has no document type and no entities", line=line)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise StatementError(
            f"the XML is broken: {tidy(error.msg or '', 120)}", line=error.lineno
        ) from None
    name = etree.QName(root)
    if name.localname != "Document" or not NAMESPACE.match(name.namespace or ""):
        what = tidy(name.namespace or name.localname, 80)
        raise StatementError(f"this is {what!r}, not a camt.053 statement", line=root.sourceline)
    return root


def _statement(element: etree._Element) -> Statement:
    account = iban(_text(element, "Acct/Id/IBAN") or _text(element, "Acct/Id/Othr/Id"))
    if not account:
        raise StatementError("the statement names no account (Acct/Id)", line=element.sourceline)
    balances = [(_text(b, "Tp/CdOrPrtry/Cd"), _balance(b)) for b in element.iterfind("{*}Bal")]
    # A bank that states both OPBD and PRCD states the same figure twice.
    opening = [b for code in OPENING for found, b in balances if found == code]
    statement = Statement(
        line=element.sourceline,
        account=account,
        number=tidy(_text(element, "Id"), 40),
        opening=opening[:1] + [b for b in opening[1:] if b.currency != opening[0].currency],
        closing=[b for found, b in balances if found in CLOSING],
    )
    fallback = _fallback_date(element, statement)
    for entry in element.iterfind("{*}Ntry"):
        status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
        if status != "BOOK":
            what = f"is {tidy(status, 20) or 'without status'}"
            statement.notes.append(f"line {entry.sourceline}: left out, the entry {what}")
            continue
        statement.entries += _entries(entry, fallback, statement.notes)
    return statement


def _fallback_date(element: etree._Element, statement: Statement) -> date | None:
    stated = [b.stated_on for b in statement.closing if b.stated_on]
    if stated:
        return stated[0]
    created = _text(element, "CreDtTm")
    return _day(created, element) if created else None


def _balance(element: etree._Element) -> Balance:
    amount, currency = _amount(element)
    stated = _text(element, "Dt/Dt") or _text(element, "Dt/DtTm")
    on = _day(stated, element) if stated else None
    return Balance(_sign(element) * amount, currency, on, element.sourceline)


def _entries(element: etree._Element, fallback: date | None, notes: list[str]) -> Iterator[Entry]:
    """One entry, or one for each part of a batch whose parts add up to it."""
    total, currency = _amount(element)
    signed = _sign(element) * total
    details = element.findall("{*}NtryDtls/{*}TxDtls")
    parts = [_part(part, signed, currency) for part in details]
    if len(parts) > 1 and sum(part or 0 for part in parts) == signed and all(parts):
        for index, (part, amount) in enumerate(zip(details, parts, strict=True)):
            yield _entry(element, part, (amount or 0, currency), fallback, index)
        return
    if len(parts) > 1:
        notes.append(
            f"line {element.sourceline}: {len(parts)} details without amounts that add up, "
            f"taken as one entry"
        )
    yield _entry(element, details[0] if len(details) == 1 else None, (signed, currency), fallback)


def _part(part: etree._Element, signed: int, currency: str) -> int | None:
    for path in ("{*}Amt", "{*}AmtDtls/{*}TxAmt/{*}Amt"):
        found = part.find(path)
        if found is not None and found.get("Ccy") == currency:
            mark = _text(part, "CdtDbtInd")
            sign = _sign(part) if mark else (1 if signed >= 0 else -1)
            return sign * _minor(found)[0]
    return None


def _entry(
    element: etree._Element,
    part: etree._Element | None,
    money: tuple[int, str],
    fallback: date | None,
    index: int = 0,
) -> Entry:
    amount_minor, currency = money
    booked_on, booked_at = _booked(element, fallback)
    value = _text(element, "ValDt/Dt") or _text(element, "ValDt/DtTm")
    source = element if part is None else part
    other = "Dbtr" if amount_minor >= 0 else "Cdtr"
    party = f"RltdPties/{other}"
    account = f"RltdPties/{other}Acct/Id"
    family = _text(element, "BkTxCd/Domn/Fmly/Cd")
    servicer = _text(source, "Refs/AcctSvcrRef") or _text(element, "AcctSvcrRef")
    return Entry(
        line=source.sourceline,
        booked_on=booked_on,
        booked_at=booked_at,
        value_on=_day(value, element) if value else None,
        amount_minor=amount_minor,
        currency=currency,
        # CdtDbtInd already says which way a reversal went.
        is_reversal=_text(element, "RvslInd") in {"true", "1"},
        is_transfer=family in {"ICDT", "RCDT", "IRCT", "RRCT", "IDDT", "RDDT"},
        account_servicer_reference=reference(servicer) + (f"#{index}" if index else ""),
        end_to_end_id=reference(_text(source, "Refs/EndToEndId")),
        mandate_id=reference(_text(source, "Refs/MndtId")),
        counterparty_name=tidy(
            _text(source, f"{party}/Nm") or _text(source, f"{party}/Pty/Nm"), 140
        ),
        counterparty_iban=iban(
            _text(source, f"{account}/IBAN") or _text(source, f"{account}/Othr/Id")
        ),
        remittance_information=_remittance(element, source),
        original=_original(source, currency),
    )


def _remittance(element: etree._Element, source: etree._Element) -> str:
    lines = [line.text or "" for line in source.iterfind("{*}RmtInf/{*}Ustrd")]
    lines += [ref.text or "" for ref in source.iterfind("{*}RmtInf/{*}Strd/{*}CdtrRefInf/{*}Ref")]
    return tidy(" ".join(lines)) or tidy(
        _text(source, "AddtlTxInf") or _text(element, "AddtlNtryInf")
    )


def _original(source: etree._Element, currency: str) -> OriginalAmount | None:
    instructed = source.find("{*}AmtDtls/{*}InstdAmt/{*}Amt")
    if instructed is None or instructed.get("Ccy") == currency:
        return None
    amount, code = _minor(instructed)
    rate = ""
    for path in ("AmtDtls/InstdAmt/CcyXchg/XchgRate", "AmtDtls/TxAmt/CcyXchg/XchgRate"):
        rate = rate or _text(source, path)
    return OriginalAmount(
        amount, code, rate if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,10})?", rate) else ""
    )


def _booked(element: etree._Element, fallback: date | None) -> tuple[date, datetime | None]:
    moment = _text(element, "BookgDt/DtTm")
    stated = _text(element, "BookgDt/Dt") or moment
    stated = stated or _text(element, "ValDt/Dt") or _text(element, "ValDt/DtTm")
    if not stated:
        if fallback is None:
            raise StatementError(
                "the entry has no date, and neither has the statement", line=element.sourceline
            )
        return fallback, None
    on = _day(stated, element)
    if not moment or stated != moment:
        return on, None
    try:
        at = datetime.fromisoformat(moment)
        return on, (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise StatementError(f"{moment[:40]!r} is not a time", line=element.sourceline) from None


def _day(text: str, element: etree._Element) -> date:
    """The date of an ISODate or ISODateTime, in the zone in which it was written."""
    try:
        if not DATE.match(text):
            raise ValueError
        day = date.fromisoformat(text[:10])
        if not 1970 <= day.year <= 2100:
            raise ValueError
        return day
    except ValueError:
        raise StatementError(f"{text[:40]!r} is not a date", line=element.sourceline) from None


def _amount(element: etree._Element) -> tuple[int, str]:
    found = _child(element, "Amt")
    if found is None:
        name = etree.QName(element).localname
        raise StatementError(f"{name} has no amount (Amt)", line=element.sourceline)
    return _minor(found)


def _minor(amount: etree._Element) -> tuple[int, str]:
    currency = amount.get("Ccy") or ""
    text = (amount.text or "").strip()
    return minor_units(text, currency, separator=".", line=amount.sourceline), currency


def _sign(element: etree._Element) -> int:
    mark = _text(element, "CdtDbtInd")
    if mark not in {"CRDT", "DBIT"}:
        raise StatementError(
            f"{mark[:20]!r} is neither CRDT nor DBIT (CdtDbtInd)", line=element.sourceline
        )
    return 1 if mark == "CRDT" else -1


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return element.find("{*}" + name)


def _text(element: etree._Element, path: str) -> str:
    found = element.find("/".join("{*}" + name for name in path.split("/")))
    return (found.text or "").strip() if found is not None else ""
