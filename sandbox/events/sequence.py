"""Numbers events in the order in which they became visible, so that no reader passes one by.

Writers commit in another order than they began. Were the number given while writing, a reader
that has seen 7 would never look for 6, which commits a moment later. So an event is written
without one, and gets it here when its transaction is over: whoever numbers holds the mark's lock
until the numbers are visible, thus whoever sees 7 sees 1 to 6. On SQLite, where writing is one at
a time anyway, the same holds.
"""

from django.db import connection, transaction

from sandbox.events.models import Event, Mark

AT_ONCE = 2000
# An object's events keep their order: its row's lock orders their writing.
NUMBER = """
UPDATE events_event SET sequence = %s + numbered.place
FROM (
    SELECT serial, row_number() OVER (ORDER BY serial) AS place FROM events_event
    WHERE sequence IS NULL AND raw = '' ORDER BY serial LIMIT %s
) AS numbered
WHERE events_event.serial = numbered.serial
"""


def number() -> int:
    """Give numbers to what has none; says to how many. Without any it costs one look-up."""
    if not Event.objects.filter(sequence=None, raw="").exists():
        return 0
    with transaction.atomic():
        mark = locked_mark()
        with connection.cursor() as cursor:
            cursor.execute(NUMBER, [mark.last_sequence, AT_ONCE])
            count = int(cursor.rowcount)
        mark.last_sequence += count
        mark.save(update_fields=["last_sequence"])
    return count


def locked_mark() -> Mark:
    Mark.objects.get_or_create(pk=1)
    return Mark.objects.select_for_update().get(pk=1)
