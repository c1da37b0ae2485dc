"""A renderer of mathematics that needs no network and no script: LaTeX becomes MathML when the pages are made."""

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.util import logging

_LOGGER = logging.getLogger(__name__)


def _mathml(latex: str, display: str) -> str:
    # Spacing that MathML makes itself, or that the converter would print as letters.
    made: str = convert(re.sub(r"\\(dfrac|tfrac)\b", r"\\frac", latex.strip()), display=display)
    left = re.search(r"<m[io]>\\[A-Za-z]+</m[io]>", made)
    if left:
        _LOGGER.warning("mathematics that is not understood: %s in %s", left[0], latex)
    return made


def _inline(self: Any, node: nodes.math) -> None:
    self.body.append(f'<span class="math">{_mathml(node.astext(), "inline")}</span>')
    raise nodes.SkipNode


def _block(self: Any, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node.get("number"):
        self.body.append(f'<span class="eqno">({node["number"]})</span>')
    self.body.append(_mathml(node.astext(), "block") + "</div>\n")
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, Any]:
    """Register the renderer; ``html_math_renderer = "mathml"`` chooses it."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
