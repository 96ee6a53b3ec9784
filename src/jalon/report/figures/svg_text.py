"""SVG text made fit for a page: named for those who cannot see it, its ids its own."""

from __future__ import annotations

import hashlib
import re
from html import escape

_ID = re.compile(r'\bid="([^"]+)"')
_REFERENCE = re.compile(r'(url\(#|href="#)([^")]+)')
_LABELLED = re.compile(r'aria-labelledby="([^"]+)"')
_GROUP_ID = re.compile(r'<g id="[^"]*">')
_PATH = re.compile(r'\bd="[^"]+"')
_LONG_NUMBER = re.compile(r"\d+\.\d{3,}")
_NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def finish_svg(raw: str, size: tuple[float, float], title: str, description: str) -> str:
    """Turn matplotlib's SVG file into one element that can stand in a page or a file.

    Args:
        raw: the file as matplotlib writes it.
        size: width and height in millimetres.
        title: name of the figure.
        description: what it shows, in words.

    Returns:
        An ``<svg>`` element; its ids begin with a hash of its own content, so that two
        different figures never share one.
    """
    view = re.search(r'viewBox="([^"]+)"', raw)
    body = raw[raw.index(">", raw.index("<svg")) + 1 :]
    # Comments repeat every label, and the style sheet would leak into the whole page.
    body = re.sub(r"<!--.*?-->|<style.*?</style>", "", body, flags=re.DOTALL)
    body = _GROUP_ID.sub("<g>", body)
    body = re.sub(r"\n\s*", "\n", body).replace("<defs>\n</defs>\n", "").lstrip("\n")
    # A hundredth of a point is finer than any printer; six decimals only make files long.
    body = _PATH.sub(lambda path: _LONG_NUMBER.sub(_shorten, path[0]), body)
    head = (
        f'<svg {_NAMESPACES} viewBox="{view.group(1) if view else ""}" '
        f'width="{size[0]:g}mm" height="{size[1]:.4g}mm" role="img" '
        'aria-labelledby="title desc" '
        'style="stroke-linejoin:round;stroke-linecap:butt">\n'
        f'<title id="title">{escape(title)}</title>\n'
        f'<desc id="desc">{escape(description)}</desc>\n'
    )
    whole = head + body
    return prefix_ids(whole, f"j{hashlib.sha256(whole.encode()).hexdigest()[:10]}-")


def _shorten(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def prefix_ids(svg: str, prefix: str) -> str:
    """Put a prefix before every id of an SVG and before every reference to one.

    Args:
        svg: SVG text.
        prefix: letters, digits and hyphens, beginning with a letter.

    Returns:
        The SVG text with its ids renamed.

    Example:
        >>> prefix_ids('<path id="a"/><use href="#a"/>', "x-")
        '<path id="x-a"/><use href="#x-a"/>'
    """
    svg = _ID.sub(rf'id="{prefix}\1"', svg)
    svg = _REFERENCE.sub(rf"\g<1>{prefix}\g<2>", svg)
    return _LABELLED.sub(
        lambda found: f'aria-labelledby="{" ".join(prefix + i for i in found[1].split())}"', svg
    )
