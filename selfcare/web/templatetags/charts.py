"""Pictures of money as inline SVG, drawn in percent so that text never scales; no rules here.

What is drawn has `in_minor`, `out_minor`, the same of the time before, and addresses for each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import template
from django.utils.translation import gettext as _

from selfcare.money import STYLE, Money
from selfcare.web import formats

register = template.Library()

# Pixels for the tallest bars of both ways together, and for what stands above and below them.
BOTH, ABOVE, BELOW = 172, 21, 43
# Beyond these there is no room for the figures, or for each column in the width of a phone.
MOST_WITH_FIGURES, MOST_WITHIN = 6, 12
COLUMN_WIDTH = 44
# How much of its column a bar takes, in percent.
BAR = 52.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `x`, `width` in percent of the picture, `y` and `height` in pixels."""

    x: str
    width: str
    y: int
    height: int
    words: str
    url: str
    figure: str
    figure_y: int
    before_y: int | None
    is_in: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A month: what came in above the line, what went out below."""

    middle: str
    left: str
    slot: str
    name: str
    is_open: bool
    bars: tuple[Bar, Bar]


@register.inclusion_tag("components/flow.html")
def flow(groups: Sequence[Any], *, label: str) -> dict[str, Any]:
    """In and out by month; `label` tells those who don't see it what it shows."""
    most_in = max((max(g.in_minor, g.before_in_minor) for g in groups), default=0)
    most_out = max((max(g.out_minor, g.before_out_minor) for g in groups), default=0)
    scale = BOTH / ((most_in + most_out) or 1)
    line = ABOVE + round(most_in * scale)
    count = len(groups) or 1
    columns = [_column(group, place, count, scale, line) for place, group in enumerate(groups)]
    height = ABOVE + BOTH + BELOW
    return {
        "columns": columns,
        "label": label,
        "height": height,
        "month_y": height - 4,
        "line": line,
        "under": BOTH + ABOVE + BELOW - line - 18,
        "has_figures": count <= MOST_WITH_FIGURES,
        "width": count * COLUMN_WIDTH if count > MOST_WITHIN else None,
        "has_before": any(g.before_in_minor or g.before_out_minor for g in groups),
        "has_open": any(g.is_open for g in groups),
    }


def _column(group: Any, place: int, count: int, scale: float, line: int) -> Column:
    slot = 100 / count
    left = place * slot
    month = date.fromisoformat(f"{group.key}-01")
    called = formats.month(month)
    up, down = _pixels(group.in_minor, scale), _pixels(group.out_minor, scale)
    up_before = _pixels(group.before_in_minor, scale)
    down_before = _pixels(group.before_out_minor, scale)
    x, width = f"{left + slot * (100 - BAR) / 200:.2f}%", f"{slot * BAR / 100:.2f}%"
    return Column(
        middle=f"{left + slot / 2:.2f}%",
        left=f"{left:.2f}%",
        slot=f"{slot:.2f}%",
        name=formats.month(month, year=False, short=True),
        is_open=group.is_open,
        bars=(
            Bar(
                x, width, line - 1 - up, up,
                words=_("In, %(month)s: %(amount)s")
                % {"month": called, "amount": group.money_in},
                url=group.in_url if group.in_minor else "",
                figure=_whole(group.money_in),
                figure_y=line - 7 - up,
                before_y=line - 2 - up_before if group.before_in_minor else None,
                is_in=True,
            ),
            Bar(
                x, width, line + 2, down,
                words=_("Out, %(month)s: %(amount)s")
                % {"month": called, "amount": group.money_out},
                url=group.out_url if group.out_minor else "",
                figure=_whole(group.money_out),
                figure_y=line + 16 + down,
                before_y=line + 1 + down_before if group.before_out_minor else None,
                is_in=False,
            ),
        ),
    )  # fmt: skip


@register.inclusion_tag("components/bars.html")
def bars(groups: Sequence[Any], *, limit: int = 12) -> dict[str, Any]:
    """Merchants or labels, one beneath the other: what went out, and what came in, if any did."""
    shown = list(groups)[:limit]
    tops = [max(g.in_minor, g.out_minor, g.before_out_minor, g.before_in_minor) for g in shown]
    most = max(tops, default=0) or 1
    rows = [
        {
            "group": group,
            "ways": [
                _way(group, "out", group.money_out, group.before_out, most),
                *([_way(group, "in", group.money_in, group.before_in, most)]
                  if group.in_minor else []),
            ],
        }
        for group in shown
    ]  # fmt: skip
    return {"rows": rows, "more": len(groups) - len(shown)}


def _way(group: Any, way: str, amount: Money, before: Money, most: int) -> dict[str, Any]:
    told = {
        "in": _("In, %(name)s: %(amount)s, before %(before)s"),
        "out": _("Out, %(name)s: %(amount)s, before %(before)s"),
    }
    return {
        "way": way,
        "amount": amount,
        "width": f"{100 * amount.amount_minor / most:.2f}%",
        "before": f"{100 * before.amount_minor / most:.2f}%" if before.amount_minor else None,
        "words": told[way] % {"name": group.name, "amount": amount, "before": before},
        "url": group.out_url if way == "out" else group.in_url,
    }


def _pixels(minor: int, scale: float) -> int:
    """What isn't nothing is never invisible."""
    return max(2, round(minor * scale)) if minor else 0


def _whole(amount: Money) -> str:
    """`2,480`: the cents stand in the table."""
    if not amount.amount_minor:
        return ""
    return amount.figures().split(STYLE.get().mark, maxsplit=1)[0]
