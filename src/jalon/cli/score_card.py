"""``jalon score card``: a learned score as a figure, from its file alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jalon.core.errors import UserError

WIDTHS = {"a4": 180.0, "a5": 128.0, "column": 85.0}
"""Print widths in millimetres."""


def card(
    score: Annotated[Path, typer.Argument(help="A score.toml that jalon learn wrote.")],
    out: Annotated[Path, typer.Option(help="The figure's file, SVG.")] = Path("score-card.svg"),
    size: Annotated[str, typer.Option(help="a4, a5, or column (85 mm; a phone).")] = "a4",
) -> None:
    """Draw what gives points, the groups, and the risk by total, on one card."""
    from jalon.core.files import write_file  # noqa: PLC0415
    from jalon.report import score_card_figure  # noqa: PLC0415 - heavy
    from jalon.scores import load_definition  # noqa: PLC0415
    from jalon.study.plain_card import lay_card  # noqa: PLC0415 - heavy

    if size not in WIDTHS:
        raise UserError(f"--size {size}: choose {', '.join(WIDTHS)}")
    if out.suffix != ".svg":
        raise UserError(f"--out {out}: the figure is SVG; name a file that ends in .svg")
    figure = score_card_figure(lay_card(load_definition(score)), width_mm=WIDTHS[size])
    write_file(out, figure)
    typer.echo(f"wrote {out}")
