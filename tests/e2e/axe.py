"""Whether a page can be used by everybody (axe, WCAG 2.2 AA) and nothing of it is cut off: as it stands, in both themes."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ASK = "(rules) => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
"""What passes is counted, not told: on a full page that is most of the work."""
SMALL = """async (target) => {
  const found = document.querySelector(target);
  if (!found) return '';
  found.scrollIntoView({block: 'center', inline: 'center'});
  const passing = [...document.querySelectorAll('.toasts')];
  for (const one of passing) one.style.visibility = 'hidden';
  const [small] = (await axe.run(found, {runOnly: {type: 'rule', values: ['target-size']}})).violations;
  for (const one of passing) one.style.visibility = '';
  const why = small?.nodes[0].any.map((one) => [one.message, ...one.relatedNodes.map((node) => node.target)].join(' '));
  return why ? why.join('; ') : '';
}"""
"""What is too small to touch only because an edge of a scrolled part cuts it, or a message that goes by itself covers it,
is not: it is looked at once in the middle without these. Told is why it is too small, and what covers it."""
PHONE = (390, 844)
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
THEME = "() => document.documentElement.dataset.theme"
PUT_THEME = "(theme) => { document.documentElement.dataset.theme = theme }"


def faults(page: Page) -> list[str]:
    """Return what axe finds wrong with the page as it is now, and by how much it is wider than its window."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(ASK, RULES)
    wrong = []
    for one in found["violations"]:
        targets = [node["target"] for node in one["nodes"]]
        if one["id"] == "target-size":
            targets = [[*target, why] for target in targets if (why := page.evaluate(SMALL, target[0]))]
        if targets:
            wrong.append(f"{one['id']}: {targets[:3]}")
    wide = page.evaluate(WIDER)
    return wrong + ([f"wider than its window by {wide} px"] if wide > 0 else [])


def faults_in_both_themes(page: Page, *, phone: bool = False) -> dict[str, list[str]]:
    """Return the faults by theme, and on a phone in the theme that the page has; afterwards it is as before."""
    before, size = page.evaluate(THEME), page.viewport_size
    assert size is not None
    wrong: dict[str, list[str]] = {}
    for theme in ("dark", "light"):
        page.evaluate(PUT_THEME, theme)
        wrong[theme] = faults(page)
    page.evaluate(PUT_THEME, before)
    if phone:
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        wrong["phone"] = faults(page)
        page.set_viewport_size(size)
    return {name: found for name, found in wrong.items() if found}
