"""In whose language a document is written that its person doesn't ask for on a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from zoneinfo import ZoneInfo

from selfcare.preferences.actions import speaking_to
from selfcare.web import formats
from selfcare.web.formats import Formats
from selfcare.web.request import Person
from selfcare.web.zones import zone_of


@contextmanager
def written_for(person: Person, zone: ZoneInfo | None = None) -> Iterator[Formats]:
    """Within, language and formats are this person's, and days are counted in `zone` or theirs."""
    zone = zone or zone_of(person)
    with speaking_to(person.subject) as theirs, formats.use(replace(theirs, zone=zone)) as written:
        yield written
