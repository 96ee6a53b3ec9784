"""What a person sees on a terminal, and what a log or a program gets instead."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from jalon.core.errors import JalonError

if TYPE_CHECKING:
    from jalon.learn import Progress

STEP_WIDTH = 12
TEXT_WIDTH = 46
LINE_EVERY = 0.25
"""Share of a long step after which a plain line is written where there is no terminal."""


def show_error(error: JalonError) -> None:
    """Write an explained error to standard error: what, where, what to do.

    Args:
        error: the error.
    """
    Console(stderr=True, highlight=False).print(
        Text.assemble(("error  ", "bold red"), str(error)), soft_wrap=True
    )


class Terminal:
    """Tells a run's progress: a bar on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._bar: Bar | None = None
        self._live: Live | None = None
        self._told = 0.0

    @property
    def console(self) -> Console:
        """Where it writes."""
        return self._console

    def say(self, step: str, text: str, aside: str = "") -> None:
        """Write one aligned line: the step, what came of it, and a remark."""
        self.close()
        line = Text.assemble((f"{step:<{STEP_WIDTH}}", "dim"), f"{text:<{TEXT_WIDTH}}")
        line.append(f"  {aside}", "dim")
        line.rstrip()
        self._console.print(line, soft_wrap=True)

    def advance(self, step: str, done: int, total: int) -> None:
        """Move the bar of a long step, or write a line every quarter of it."""
        if self._console.is_terminal:
            self._move(step, done, total)
            return
        share = done / total
        if done == 1:
            self._told = 0.0
        if share - self._told >= LINE_EVERY or done == total:
            self._told = share
            verb, _, rest = step.partition(" ")
            self.say(verb, f"{rest} {done}/{total} resamples".strip())

    def follow(self, now: Progress) -> None:
        """Keep one line that says where a search stands; nothing where nobody watches."""
        if not self._console.is_terminal:
            return
        if self._live is None:
            self._live = Live(console=self._console, transient=True, auto_refresh=False)
            self._live.start()
        gap = max(now.cost - now.bound, 0.0)
        bound = f"bound {now.bound:.2f} · gap {gap:.2f}" if gap < float("inf") else "no bound yet"
        line = Text.assemble(
            (f"{'searching':<{STEP_WIDTH}}", "dim"), f"best {now.cost:.2f} · {bound}",
            (f" · {now.seconds:.0f} s · Ctrl-C ends", "dim"),
        )  # fmt: skip
        line.no_wrap, line.overflow = True, "ellipsis"
        self._live.update(line, refresh=True)

    def close(self) -> None:
        """Take the bar away."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _move(self, step: str, done: int, total: int) -> None:
        if self._bar is None:
            self._bar = Bar(
                TextColumn("[dim]{task.fields[verb]:<10}[/]"),
                BarColumn(bar_width=20, complete_style="cyan", finished_style="cyan"),
                MofNCompleteColumn(),
                TextColumn("resamples, {task.description}"),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            verb, _, rest = step.partition(" ")
            self._bar.add_task(rest, total=total, verb=verb)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done)
        if done == total:
            self.close()


def count_seconds(start: float) -> str:
    """Write how long something took.

    Args:
        start: ``time.perf_counter()`` when it began.

    Returns:
        For example ``12 s``.
    """
    return f"{time.perf_counter() - start:.0f} s"
