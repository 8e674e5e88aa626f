"""How long ways forward are kept; forgets the rest."""

from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from sandbox import clock
from sandbox.worlds.models import Advance

KEPT = timedelta(days=90)
# As many as the console shows. They tell how a clock came to be where it is.
KEPT_ROWS = 10
BATCH = 500


def forget_old(now: datetime | None = None) -> int:
    """A batch of those that ended long ago, in real time; the last ones of each world stay."""
    theirs = Advance.objects.filter(world=OuterRef("world")).order_by("-asked_at")
    first_kept = Subquery(theirs.values("asked_at")[KEPT_ROWS - 1 : KEPT_ROWS])
    old = (now or clock.real_now()) - KEPT
    rows = Advance.objects.filter(finished_at__lt=old, asked_at__lt=first_kept)
    pks = list(rows.order_by("finished_at").values_list("pk", flat=True)[:BATCH])
    return Advance.objects.filter(pk__in=pks).delete()[0] if pks else 0
