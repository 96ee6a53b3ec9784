"""What a drawn sheet holds: its words and where they stand, in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.backends.backend_agg import FigureCanvasAgg


@dataclass(frozen=True, slots=True)
class Box:
    words: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def middle(self):
        return (self.left + self.right) / 2


def text_boxes(sheet):
    """Return the box of ink of every text on a sheet, tick labels included."""
    renderer = FigureCanvasAgg(sheet.figure).get_renderer()
    texts = list(sheet.figure.texts)
    for axes in sheet.figure.axes:
        texts += axes.get_xticklabels() + axes.get_yticklabels()
    mm = 25.4 / sheet.figure.dpi
    boxes = []
    for text in texts:
        if text.get_text():
            ink = text.get_window_extent(renderer)
            boxes.append(Box(text.get_text(), *(mm * v for v in (ink.x0, ink.x1, ink.y0, ink.y1))))
    return boxes


def overlaps(boxes, slack=0.15):
    """Return the pairs of texts whose ink meets."""
    return [
        (a.words, b.words)
        for i, a in enumerate(boxes)
        for b in boxes[i + 1 :]
        if a.left < b.right - slack
        and b.left < a.right - slack
        and a.bottom < b.top - slack
        and b.bottom < a.top - slack
    ]


def cut_off(sheet, boxes, slack=0.3):
    """Return the texts that leave the paper."""
    return [
        box.words
        for box in boxes
        if box.left < -slack
        or box.right > sheet.width + slack
        or box.bottom < -slack
        or box.top > sheet.height + slack
    ]
