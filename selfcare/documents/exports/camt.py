"""camt.053.001.08: ISO 20022's statement, one for each account and currency.

Completed transactions are BOOK, those on their way PDNG and outside of the balances.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import BinaryIO
from xml.sax.saxutils import escape

from selfcare.clients.shapes import rfc3339
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

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Za-z0-9]{1,30}")
MOST_DIGITS = 18
# Family and sub-family of the external code set: transfers received and issued, charges.
CREDIT, DEBIT, CHARGE = ("PMNT", "RCDT", "OTHR"), ("PMNT", "ICDT", "OTHR"), ("ACMT", "MDOP", "CHRG")


def write(out: BinaryIO, parts: Iterator[BinaryIO], about: About) -> None:
    """The whole document; raises CannotBeTold for an amount of more than 18 digits."""
    with Ledger(about, _entry, with_pending=True) as ledger:
        ledger.gather(from_lines(parts))
        out.write(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}">'
            f"<BkToCstmrStmt><GrpHdr><MsgId>{_tag(about.id)}</MsgId>"
            f"<CreDtTm>{rfc3339(about.made_at)}</CreDtTm>"
            f"<AddtlInf>{_text(f'{about.title}. {about.words}', 500)}</AddtlInf>"
            "</GrpHdr>\n".encode()
        )
        accounts = list(ledger.accounts.values()) or [_empty()]
        for number, account in enumerate(accounts, 1):
            out.write(_head(account, about, number).encode())
            if account.count:
                copy_entries(out, account)
            out.write(_foot(account, about).encode())
        out.write(b"</BkToCstmrStmt></Document>\n")


def _empty() -> Account:
    """The schema wants a statement even where nothing is to be told."""
    return Account(id="none", name="", iban="", currency="XXX", entries=None)  # type: ignore[arg-type]


def _head(account: Account, about: About, number: int) -> str:
    start = about.period[0] or account.first_at or BEGINNING
    end = min(about.period[1] or about.as_of, about.as_of)
    last = max(start, end - timedelta(milliseconds=1))
    opening = _balance("OPBD", account.opening_minor, account, start)
    closing = _balance("CLBD", account.closing_minor, account, last)
    net = account.credit_minor - account.debit_minor
    digits = account.currency
    # Pending entries would make the sums disagree with the balances: they aren't counted.
    return (
        f"<Stmt><Id>{_tag(about.id)[:30]}/{number}</Id><CreDtTm>{rfc3339(about.made_at)}</CreDtTm>"
        f"<FrToDt><FrDtTm>{rfc3339(start)}</FrDtTm><ToDtTm>{rfc3339(last)}</ToDtTm></FrToDt>"
        f"<Acct><Id>{_account_id(account.iban, account.id)}</Id>{_currency(account)}"
        f"{_named(account.name, 70)}<Ownr>{_named(about.holder, 140)}</Ownr></Acct>"
        f"{opening}{closing}<TxsSummry><TtlNtries>"
        f"<NbOfNtries>{account.credits + account.debits}</NbOfNtries>"
        f"<Sum>{_figures(account.credit_minor + account.debit_minor, digits)}</Sum>"
        f"<TtlNetNtry><Amt>{_figures(abs(net), digits)}</Amt>{_sign(net)}</TtlNetNtry></TtlNtries>"
        f"<TtlCdtNtries><NbOfNtries>{account.credits}</NbOfNtries>"
        f"<Sum>{_figures(account.credit_minor, digits)}</Sum></TtlCdtNtries>"
        f"<TtlDbtNtries><NbOfNtries>{account.debits}</NbOfNtries>"
        f"<Sum>{_figures(account.debit_minor, digits)}</Sum></TtlDbtNtries></TxsSummry>\n"
    )


def _foot(account: Account, about: About) -> str:
    notes = [] if account.is_whole else [COUNTED]
    notes += [f"Left out, {why}: {count}." for why, count in sorted(about.left_out.items())]
    told = f"<AddtlStmtInf>{_text(' '.join(notes), 500)}</AddtlStmtInf>" if notes else ""
    return f"{told}</Stmt>\n"


def _balance(code: str, minor: int, account: Account, at: datetime) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f"{_amount(minor, account.currency)}{_sign(minor)}<Dt><DtTm>{rfc3339(at)}</DtTm></Dt></Bal>"
    )


def _entry(entry: Entry, account: Account) -> bytes:
    minor, sign = entry.amount_minor, _sign(entry.amount_minor)
    amount = _amount(minor, entry.currency)
    at = f"<DtTm>{rfc3339(entry.at)}</DtTm>"
    booked = f"<BookgDt>{at}</BookgDt><ValDt>{at}</ValDt>" if entry.is_booked else ""
    family = CHARGE if entry.is_fee else CREDIT if minor >= 0 else DEBIT
    details = entry.transaction_id or entry.kind
    return (
        f"<Ntry><NtryRef>{_tag(entry.reference)}</NtryRef>{amount}{sign}"
        f"<Sts><Cd>{'BOOK' if entry.is_booked else 'PDNG'}</Cd></Sts>{booked}"
        f"<AcctSvcrRef>{_tag(entry.reference)}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>{family[0]}</Cd><Fmly><Cd>{family[1]}</Cd>"
        f"<SubFmlyCd>{family[2]}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls>{_references(entry)}{amount}{sign}{_parties(entry)}{_message(entry)}"
        f"</TxDtls></NtryDtls><AddtlNtryInf>{_text(details, 500)}</AddtlNtryInf></Ntry>\n"
    ).encode()


def _references(entry: Entry) -> str:
    end_to_end = _text(entry.end_to_end_id, 35) or "NOTPROVIDED"
    return (
        f"<Refs><AcctSvcrRef>{_tag(entry.reference)}</AcctSvcrRef>"
        f"<EndToEndId>{end_to_end}</EndToEndId></Refs>"
    )


def _parties(entry: Entry) -> str:
    if entry.is_fee or not entry.name:
        return ""
    role = "Dbtr" if entry.amount_minor >= 0 else "Cdtr"
    party = f"<{role}><Pty>{_named(entry.name, 140)}</Pty></{role}>"
    if IBAN.fullmatch(entry.iban):
        party += f"<{role}Acct><Id><IBAN>{entry.iban}</IBAN></Id></{role}Acct>"
    return f"<RltdPties>{party}</RltdPties>"


def _message(entry: Entry) -> str:
    text = entry.text[:700]
    lines = [text[start : start + 140] for start in range(0, len(text), 140)]
    told = "".join(f"<Ustrd>{escape(line)}</Ustrd>" for line in lines if line.strip())
    return f"<RmtInf>{told}</RmtInf>" if told else ""


def _account_id(iban: str, fallback: str) -> str:
    if IBAN.fullmatch(iban):
        return f"<IBAN>{iban}</IBAN>"
    return f"<Othr><Id>{_text(iban or fallback, 34)}</Id></Othr>"


def _currency(account: Account) -> str:
    return f"<Ccy>{account.currency}</Ccy>" if account.count else ""


def _named(name: str, most: int) -> str:
    return f"<Nm>{_text(name, most)}</Nm>" if plain(name) else ""


def _amount(minor: int, currency: str) -> str:
    return f'<Amt Ccy="{currency}">{_figures(abs(minor), currency)}</Amt>'


def _figures(minor: int, currency: str) -> str:
    if minor >= 10**MOST_DIGITS:
        raise CannotBeTold("amount_too_long")
    return decimal(minor, currency)


def _sign(minor: int) -> str:
    return f"<CdtDbtInd>{'CRDT' if minor >= 0 else 'DBIT'}</CdtDbtInd>"


def _text(text: str, most: int) -> str:
    """Cut first and escaped then: a cut through an escape would break the document."""
    return escape(plain(text)[:most].strip())


def _tag(text: str) -> str:
    """At most 35 characters; of an id of ours the part behind its prefix says enough."""
    return escape(text if len(text) <= 35 else text.rpartition("_")[2][:35])
