"""How the play is told: a line for each thing that happens, a table of what was expected and seen at the end."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from unjai.demo.night.pace import Pace


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that had to be seen, and whether it was. `ok` None = left to a human, or not judged."""

    scene: str
    th: str
    expected: str
    seen: str
    ok: bool | None


class Told:
    """Prints the play."""

    def __init__(self, console: Console, pace: Pace) -> None:
        """Tell it on `console`."""
        self.console, self.pace = console, pace

    def line(self, who: str, text: str, *, mood: str = "") -> None:
        """Print one line of the play: its time, who, what."""
        minute, second = divmod(int(self.pace.minute() * 60), 60)
        style = mood or "default"
        self.console.print(f"[dim]{minute:02d}:{second:02d}[/] [bold]{who:<14}[/] [{style}]{text}[/]", highlight=False)

    def scene(self, th: str, en: str) -> None:
        """Print the head of a scene."""
        minute, second = divmod(int(self.pace.minute() * 60), 60)
        self.console.print(
            f"[dim]{minute:02d}:{second:02d}[/] [bold magenta]━━ {th}[/] [dim]· {en}[/]", highlight=False
        )

    def table(self, findings: list[Finding], facts: dict[str, object]) -> None:
        """Print what was expected and what was seen."""
        table = Table(title="สรุปคืนนี้ · The night in short", show_lines=False)
        for head in ("เหตุการณ์ · happening", "ต้องเห็น · expected", "ที่เห็น · seen", ""):
            table.add_column(head, overflow="fold")
        signs = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[dim]–[/]"}
        for scene in dict.fromkeys(finding.scene for finding in findings):
            of_scene = [finding for finding in findings if finding.scene == scene]
            for number, finding in enumerate(of_scene):
                table.add_row("" if number else finding.th, finding.expected, finding.seen, signs[finding.ok])
            table.add_section()
        self.console.print(table)
        self.console.print(" · ".join(f"{name} {value}" for name, value in facts.items()), style="dim", highlight=False)
