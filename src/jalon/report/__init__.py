"""Drawing and writing of results: figures, tables and documents. Nothing is computed here.

The figures will be::

    survival_figure(curves, endpoint, horizon=None, result="", note="", width_mm=180) -> str
    score_card_figure(card, note="", width_mm=180) -> str
    discrimination_figure(rows, note="", width_mm=180) -> str

and the page ``write_html(document) -> str``.
"""
