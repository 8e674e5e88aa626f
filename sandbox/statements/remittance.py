"""The `:86:` field of MT940 in ISO 20022's words; knows nothing of amounts or dates."""

import re
from dataclasses import dataclass, replace

from sandbox.statements.statement import tidy

STRUCTURED = re.compile(r"^[0-9]{3}\?[0-9]{2}")
SUBFIELD = re.compile(r"\?([0-9]{2})")
# German banks' words for ISO 20022's fields, written at the start of a subfield ?20 to ?29.
SEPA_KEYWORD = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|COAM|OAMT)\+|(MTLG:)")
SLASHED = re.compile(r"/(EREF|MARF|CSID|NAME|IBAN|BIC|REMI|TRTP|PREF|ORDP|BENM|CNTP|ISDT|SVCL)/")
IBAN_FIRST = re.compile(r"^([A-Z]{2}[0-9]{2}[A-Z0-9]{11,30})(?: +(.*))?$")
NOT_A_REFERENCE = {"", "NONREF", "NOTPROVIDED", "KREF+", "EREF+"}
# A bank breaks the field after 65 characters: a full line goes on without a space.
FULL_LINE = 65


@dataclass(frozen=True, slots=True)
class Details:
    """Who was on the other side, and what for."""

    end_to_end_id: str = ""
    mandate_id: str = ""
    counterparty_name: str = ""
    counterparty_iban: str = ""
    remittance_information: str = ""


def reference(text: str) -> str:
    """A reference, or nothing where the bank writes that there is none."""
    cleaned = tidy(text, 140)
    return "" if cleaned in NOT_A_REFERENCE else cleaned


def iban(text: str) -> str:
    """An account number without spaces; kept as written, a statement may hold a national one."""
    return re.sub(r"\s", "", text)[:34]


def read(lines: list[str]) -> Details:
    """Read the lines of one `:86:` in whichever of three dialects the bank speaks."""
    text = "".join(lines)
    if STRUCTURED.match(text):
        return _structured(text)
    if SLASHED.search(text):
        return _slashed(text)
    return _free(lines)


def _structured(text: str) -> Details:
    parts = SUBFIELD.split(text)
    fields = list(zip(parts[1::2], parts[2::2], strict=True))
    purpose = [value for code, value in fields if "20" <= code <= "29" or "60" <= code <= "63"]
    posting_text = tidy("".join(value for code, value in fields if code == "00"), 140)
    details = _sepa(purpose)
    return replace(
        details,
        counterparty_iban=iban(_joined(fields, "31")) or details.counterparty_iban,
        counterparty_name=tidy(_joined(fields, "32", "33"), 140) or details.counterparty_name,
        remittance_information=details.remittance_information or posting_text,
    )


def _joined(fields: list[tuple[str, str]], *codes: str) -> str:
    return "".join(value for code, value in fields if code in codes)


def _sepa(purpose: list[str]) -> Details:
    """Sort subfields under the keyword that opened them; text before any keyword is remittance."""
    found: dict[str, str] = {}
    keyword = "SVWZ"
    for value in purpose:
        opened = SEPA_KEYWORD.match(value)
        rest = value
        if opened:
            keyword = opened[1] or "SVWZ"
            rest = value[opened.end() :]
            if keyword in found:
                rest = " " + rest
        found[keyword] = found.get(keyword, "") + rest
    return Details(
        end_to_end_id=reference(found.get("EREF", "")) or reference(found.get("KREF", "")),
        mandate_id=reference(found.get("MREF", "")),
        counterparty_name=tidy(found.get("ABWA", "") or found.get("ABWE", ""), 140),
        counterparty_iban=iban(found.get("IBAN", "")),
        remittance_information=tidy(found.get("SVWZ", "")),
    )


def _slashed(text: str) -> Details:
    parts = SLASHED.split(text)
    found: dict[str, str] = {}
    for keyword, value in zip(parts[1::2], parts[2::2], strict=True):
        found.setdefault(keyword, value.strip("/ "))
    # /CNTP/account/BIC/name/town packs the other side into one.
    packed = found.get("CNTP", "").split("/")
    return Details(
        end_to_end_id=reference(found.get("EREF", "")),
        mandate_id=reference(found.get("MARF", "")),
        counterparty_name=tidy(found.get("NAME", "") or "".join(packed[2:3]), 140),
        counterparty_iban=iban(found.get("IBAN", "") or packed[0]),
        remittance_information=tidy(found.get("REMI", "") or parts[0]),
    )


def _free(lines: list[str]) -> Details:
    opened = IBAN_FIRST.match(lines[0].strip()) if lines else None
    rest = lines[1:] if opened else lines
    text = "".join(line if len(line) >= FULL_LINE else line + " " for line in rest)
    return Details(
        counterparty_name=tidy(opened[2] or "", 140) if opened else "",
        counterparty_iban=opened[1] if opened else "",
        remittance_information=tidy(text),
    )
