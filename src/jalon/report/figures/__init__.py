"""Figures as SVG text at print size."""

from jalon.report.figures.survival import survival_figure

__all__ = ["survival_figure"]
