"""Looks at a page as axe, a narrow screen and the content security policy do."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

NARROW, WIDE = 320, 1440
AXE = Axe().axe_script
EVERYTHING = {"resultTypes": ["violations"]}
# Nothing but colours differs between light and dark: the markup is the same.
COLOURS = {**EVERYTHING, "runOnly": {"type": "rule", "values": ["color-contrast"]}}
RUN = "options => axe.run(options).then(found => found.violations)"
INLINE = """() => [...document.querySelectorAll("*")].filter(one =>
    one.matches("style, script:not([src]), [style], [href^='javascript:']")
    || [...one.attributes].some(attribute => attribute.name.startsWith("on"))
).map(one => one.outerHTML.slice(0, 120))"""
WIDER = "() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"


def faults_of(page: Page) -> list[str]:
    """What is wrong with the page as it stands, light and dark, at 320 and at 1440 pixels.

    A page that a click asked for may have begun to arrive: it is looked at once it is whole.
    """
    page.wait_for_load_state()
    found = [f"inline: {html}" for html in page.evaluate(INLINE)]
    headings = page.locator("h1").count()
    if headings != 1:
        found.append(f"{headings} h1")
    page.evaluate(AXE)
    for width in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme, options in (("light", EVERYTHING), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [f"{scheme} at {width}: {fault}" for fault in _violations(page, options)]
        wide = page.evaluate(WIDER)
        if wide > width:
            found.append(f"scrolls sideways at {width}: {wide}")
    return [f"{page.url}: {fault}" for fault in found]


def _violations(page: Page, options: dict[str, Any]) -> list[str]:
    return [
        f"{one['id']} {node['target']} {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in page.evaluate(RUN, options)
        for node in one["nodes"]
    ]
