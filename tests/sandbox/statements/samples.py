"""Statements that we wrote ourselves, and a way to bend them."""

MT940 = """\
:20:STARTUMS
:25:99012000/0001234567
:28C:00007/001
:60F:C260301EUR1000,00
:61:2603020302D12,50NTRFNONREF//B4711
:86:177?00ONLINE-UEBW.?20EREF+ORDER-17?21MREF+M-2?22SVWZ+Two cups, ce?23ladon?30X
SBXDEFF?31DE12990120000001112223?32Studio Halm?33 GbR
:61:2603030303C2845,NTRFSALARY-03
:86:166?00GUTSCHRIFT?20SVWZ+Wages March?31DE45990120000009998887?32Kranich Soft
ware GmbH
:61:2603040304RC45,00NRTINONREF
:86:Returned, account closed
:61:2603050305RD12,50NRTINONREF
:86:Taken back
:61:2603060306D2,90NMSCNONREF
:86:Coffee
:61:2603060306D2,90NMSCNONREF
:86:Coffee
:62F:C260306EUR3794,20
:64:C260306EUR3794,20
-
"""

ENTRY = """\
<Ntry>
  <Amt Ccy="EUR">12.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
  <BookgDt><Dt>2026-03-02</Dt></BookgDt>
  <AcctSvcrRef>B4711</AcctSvcrRef>
  <NtryDtls><TxDtls>
    <Refs><EndToEndId>ORDER-17</EndToEndId></Refs>
    <RltdPties>
      <Cdtr><Nm>Studio Halm GbR</Nm></Cdtr>
      <CdtrAcct><Id><IBAN>DE12990120000001112223</IBAN></Id></CdtrAcct>
    </RltdPties>
    <RmtInf><Ustrd>Two cups, celadon</Ustrd></RmtInf>
  </TxDtls></NtryDtls>
</Ntry>"""


def camt(entries: str = ENTRY, *, closing: str = "987.50", version: str = "02") -> bytes:
    """A camt.053 document of one statement that opens with 1,000.00 euros."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">
 <BkToCstmrStmt>
  <GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-07T08:00:00Z</CreDtTm></GrpHdr>
  <Stmt>
   <Id>S-7</Id><CreDtTm>2026-03-07T08:00:00Z</CreDtTm>
   <Acct><Id><Othr><Id>99012000/0001234567</Id></Othr></Id></Acct>
   <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1000.00</Amt>
    <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-01</Dt></Dt></Bal>
   <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt>
    <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-06</Dt></Dt></Bal>
   {entries}
  </Stmt>
 </BkToCstmrStmt>
</Document>
""".encode()


def changed(old: str, new: str, text: str = MT940) -> bytes:
    """The statement with one thing changed."""
    assert old in text
    return text.replace(old, new, 1).encode()
