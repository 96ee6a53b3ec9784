"""Survival and cumulative incidence curves with the numbers at risk under them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from jalon.core import UnsuitableDataError
from jalon.core.units import DAYS_PER
from jalon.report.figures.month_axis import choose_horizon
from jalon.report.figures.palette import INK, MOST_CURVES, QUIET, RULE, STROKES, Stroke
from jalon.report.figures.sheet import Sheet, house_settings
from jalon.report.figures.steps import Steps
from jalon.report.figures.survival_header import Header, plan_header, write_header
from jalon.report.figures.survival_layout import (
    LINE,
    NORMAL,
    SMALL,
    SurvivalLayout,
    lay_out,
    write_median,
)
from jalon.report.figures.typeface import font, measure_width
from jalon.report.labelled_curve import LabelledCurve
from jalon.report.wording import Language, Wording


def survival_figure(  # noqa: PLR0913 - a figure needs its curves, words and paper
    curves: Sequence[LabelledCurve],
    endpoint: str,
    horizon: float | None = None,
    result: str = "",
    note: str = "",
    width_mm: float = 180,
    *,
    language: Language = "en",
) -> str:
    """Draw how many patients remain free of an event, or have had it, month by month.

    Args:
        curves: one to six groups, all of kind "survival" or all "incidence", times in days.
        endpoint: what is counted ("Overall survival"), written along the vertical axis.
        horizon: last month shown; None shows every curve to its end.
        result: a short text above the frame, for example ``Log-rank p < .001``.
        note: a label that must be seen, for example ``SYNTHETIC DATA``.
        width_mm: print width: 85 for a column, 180 for a page.
        language: of the words on the figure.

    Returns:
        SVG text; the same input gives the same bytes.

    Raises:
        UnsuitableDataError: no curve, too many curves, kinds mixed, or no follow-up.
    """
    _check_curves(curves)
    with house_settings():
        end = choose_horizon(curves) if horizon is None else horizon
        wording = Wording(language)
        layout = lay_out(curves, endpoint, end, width_mm, wording)
        header = plan_header(result, note, layout)
        sheet = draw_survival(layout, header)
        groups = ", ".join(item.label for item in curves if item.label)
        title = wording.say("survival.title", endpoint=endpoint)
        if groups:
            title = wording.say("survival.title_groups", endpoint=endpoint, groups=groups)
        return sheet.svg(title, _describe(curves, layout, (result, note)))


def draw_survival(layout: SurvivalLayout, header: Header) -> Sheet:
    """Draw everything on a sheet of the height that it needs.

    Args:
        layout: where everything stands.
        header: what stands above the frame.

    Returns:
        The sheet, for ``Sheet.svg``.
    """
    top, frame = header.height, layout.frame
    below = top + frame.height + 9.4
    rows = sum(1 + (len(lines) if layout.stacked else 0) for lines in layout.name_lines)
    sheet = Sheet(layout.width, below + LINE * (rows + 1) + 1.2)
    write_header(sheet, layout, header)
    axes = _draw_frame(sheet, layout, top)
    for steps, stroke in zip(layout.steps, STROKES, strict=False):
        _draw_steps(axes, steps, stroke, frame.height)
    _write_end_labels(sheet, layout, top)
    _write_at_risk(sheet, layout, below)
    return sheet


def _check_curves(curves: Sequence[LabelledCurve]) -> None:
    if not curves:
        raise UnsuitableDataError("no curve was given; there is nothing to draw")
    if len(curves) > MOST_CURVES:
        raise UnsuitableDataError(
            f"{len(curves)} curves cannot be told apart on one figure; draw at most {MOST_CURVES}"
        )
    kinds = {item.curve.kind for item in curves}
    if kinds not in ({"survival"}, {"incidence"}):
        raise UnsuitableDataError(
            f"curves of kind {' and '.join(sorted(kinds))} do not share a scale of per cent; "
            "draw survival or incidence, one kind per figure"
        )


def _draw_frame(sheet: Sheet, layout: SurvivalLayout, top: float) -> Axes:
    frame = layout.frame
    axes = sheet.axes(layout.left, top, frame.width, frame.height)
    axes.set_xlim(0, frame.horizon)
    axes.set_ylim(0, 100)
    axes.patch.set_visible(False)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_linewidth(0.6)
        spine.set_color(INK)
    axes.set_xticks(layout.ticks, [f"{tick:g}" for tick in layout.ticks])
    levels = range(0, 101, 20 if frame.height > 45 else 25)
    axes.set_yticks(levels, [f"{level}" for level in levels])
    axes.tick_params(length=2.2, width=0.6, color=INK, pad=2.4)
    for label in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        label.set_fontproperties(font(SMALL))
    axes.grid(axis="y", color=RULE, linewidth=0.25, alpha=0.6)
    axes.set_axisbelow(True)
    middle = layout.left + frame.width / 2
    months = layout.wording.say("axis.months")
    sheet.write(middle, top + frame.height + 7.6, months, NORMAL, align="center")
    _write_endpoint(sheet, layout, top)
    return axes


def _write_endpoint(sheet: Sheet, layout: SurvivalLayout, top: float) -> None:
    axis_labels = measure_width("100", SMALL) + 2.6
    for i, line in enumerate(reversed(layout.endpoint_lines)):
        x = layout.left - axis_labels - i * LINE
        text = sheet.write(x, top + layout.frame.height / 2, line, NORMAL, align="right")
        text.set(rotation=90, va="center", rotation_mode="default")


def _draw_steps(axes: Axes, steps: Steps, stroke: Stroke, height: float) -> None:
    known = np.isfinite(steps.low) & np.isfinite(steps.high)
    axes.fill_between(
        steps.month,
        steps.low,
        steps.high,
        where=known.tolist(),
        step="post",
        color=stroke.colour,
        alpha=stroke.wash,
        linewidth=0,
        clip_on=False,
    )
    (line,) = axes.plot(
        steps.month,
        steps.value,
        drawstyle="steps-post",
        color=stroke.colour,
        linewidth=1.1,
        solid_joinstyle="miter",
        clip_on=False,
    )
    if stroke.dashes:
        line.set_dashes(stroke.dashes)
    _draw_censoring(axes, steps, stroke, 0.65 / height * 100)


def _draw_censoring(axes: Axes, steps: Steps, stroke: Stroke, half: float) -> None:
    """Draw the censoring marks as one path of short upright strokes."""
    if not len(steps.censor_month):
        return
    months = np.repeat(steps.censor_month, 3)
    ends = np.stack(
        [steps.censor_value - half, steps.censor_value + half, np.full(len(months) // 3, np.nan)],
        axis=1,
    ).ravel()
    axes.plot(
        months, ends, color=stroke.colour, linewidth=0.45, clip_on=False, solid_capstyle="butt"
    )


def _write_end_labels(sheet: Sheet, layout: SurvivalLayout, top: float) -> None:
    labels = zip(layout.label_lines, layout.named_lines, strict=False)
    for place, (lines, named) in zip(layout.end_labels or (), labels, strict=False):
        middle = top + layout.frame.height - place.y
        first = middle - LINE * (len(lines) - 1) / 2 + 0.9
        for i, line in enumerate(lines):
            colour = INK if i < named else QUIET
            sheet.write(layout.left + place.x, first + i * LINE, line, SMALL, colour=colour)


def _write_at_risk(sheet: Sheet, layout: SurvivalLayout, top: float) -> None:
    """Write the numbers at risk, each centred under its tick."""
    y = top + 2.4
    sheet.write(1.0, y, layout.wording.say("survival.at_risk"), SMALL, weight="SemiBold")
    for name, numbers in zip(layout.name_lines, layout.at_risk, strict=True):
        y += LINE
        for i, line in enumerate(name):
            sheet.write(1.0, y + i * LINE, line, SMALL, colour=QUIET if layout.stacked else INK)
        y += LINE * len(name) if layout.stacked else 0
        for tick, number in zip(layout.ticks, numbers, strict=True):
            sheet.write(layout.x(tick), y, number, SMALL, align="center").set_label("at risk")


def _describe(
    curves: Sequence[LabelledCurve], layout: SurvivalLayout, remarks: tuple[str, ...]
) -> str:
    """Say in words what the figure shows, for those who cannot see it."""
    wording = layout.wording
    sentences = [remark.rstrip(".") + "." for remark in remarks if remark]
    for item in curves:
        curve, name = item.curve, item.label or wording.say("survival.everyone")
        seen = [t for t in layout.ticks if t * DAYS_PER["months"] <= max(curve.time, default=0.0)]
        at = seen[-1] if seen else 0.0
        row = int(curve.rows_at([at * DAYS_PER["months"]])[0])
        sentences.append(
            wording.say(
                "survival.one",
                label=name,
                patients=wording.count(float(curve.at_risk_at([0])[0])),
                value=wording.percent(curve.value[row] if row >= 0 else curve.start),
                month=wording.tick(at),
            )
        )
        if median := write_median(item.median, wording):
            sentences.append(f"{median[0].upper()}{median[1:]}.")
    return " ".join(sentences)
