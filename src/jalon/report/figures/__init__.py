"""Figures as SVG text at print size."""
