"""Draws tries by hour as inline SVG, in percent of the width so that text never scales."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from selfcare.operations.figures import ChannelFigures
from selfcare.web import formats
from selfcare.web.templatetags.look import zone_of

register = template.Library()

TALLEST, FOOT = 64, 22
# How much of its hour a bar takes, in percent.
BAR = 72.0
EVERY = 6


@register.inclusion_tag("operations/_hours.html", takes_context=True)
def hours(context: template.Context, figures: ChannelFigures) -> dict[str, Any]:
    """Taken below, no luck above it, refused on top; the table beside it says the same."""
    most = figures.most or 1
    slot = 100 / (len(figures.hours) or 1)
    zone = zone_of(context)
    bars, marks = [], []
    for place, hour in enumerate(figures.hours):
        x, width = place * slot + slot * (100 - BAR) / 200, slot * BAR / 100
        top = TALLEST
        for name, count in (("sent", hour.sent), ("later", hour.later), ("refused", hour.refused)):
            height = max(3, round(TALLEST * count / most)) if count else 0
            top = max(0, top - height)
            if height:
                part = {"name": name, "x": f"{x:.2f}%", "width": f"{width:.2f}%"}
                bars.append({**part, "y": top, "height": min(height, TALLEST)})
        if place % EVERY == 0:
            marks.append({"x": f"{place * slot:.2f}%", "words": zone.clock(hour.at)})
    return {
        "figures": figures,
        "bars": bars,
        "marks": marks,
        "line": TALLEST,
        "height": TALLEST + FOOT,
        "text_y": TALLEST + FOOT - 5,
    }


@register.filter
def in_seconds(value: float | None) -> str:
    """`0.24 s`, `3.1 s`, `184 s`: as many figures as say something."""
    if value is None:
        return _("none")
    places = 2 if value < 1 else 1 if value < 10 else 0
    return _("%(seconds)s s") % {"seconds": formats.number(Decimal(f"{value:.{places}f}"))}
