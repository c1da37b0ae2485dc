"""A renderer of mathematics that needs no network and no script: LaTeX becomes MathML when the pages are made."""

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.util import logging

# Fonts draw a prime raised; as a superscript it would be raised twice.
_PRIME = re.compile(r"<msup>(<mi>[^<]*</mi>)<m[io]>(&#x0203[234];|&#x02057;)</m[io]></msup>")
# Bars about a number are fences, without the space of an operator.
_BAR = '<mo stretchy="false">&#x0007C;</mo>'
# A function stands apart from the factor before it and from an argument without brackets.
_FUNCTION = r"<mi>(?:cos|det|dim|exp|ker|log|max|min|sin)</mi>"
_THIN = '<mspace width="0.17em"/>'
_LOGGER = logging.getLogger(__name__)


def _mathml(latex: str, display: str) -> str:
    made: str = convert(re.sub(r"\\(dfrac|tfrac)\b", r"\\frac", latex.strip()), display=display)
    made = made.replace(_BAR, _BAR.replace("<mo ", '<mo lspace="0" rspace="0" '))
    made = re.sub(rf"(</m(?:frac|i|n|sub|sup)>)(?={_FUNCTION})", rf"\1{_THIN}", made)
    made = re.sub(rf"({_FUNCTION})(?=<m(?:frac|i|n|sub|sup)>)", rf"\1{_THIN}", made)
    made = _PRIME.sub(r"<mrow>\1<mo>\2</mo></mrow>", made)
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


def _keep_punctuation(_app: Any, doctree: nodes.document, _docname: str) -> None:
    """Keep a sign on the line of the formula before it: browsers may break the line between the two."""
    for node in list(doctree.findall(nodes.math)):
        place = node.parent.index(node)
        after = node.parent[place + 1] if place + 1 < len(node.parent) else None
        signs = re.match(r"[.,;:!?)\u2019]+", after.astext()) if isinstance(after, nodes.Text) else None
        if signs:
            node.parent[place + 1] = nodes.Text(after.astext()[signs.end() :])
            node.parent[place] = nodes.inline("", "", node.deepcopy(), nodes.Text(signs[0]), classes=["math-kept"])


def setup(app: Any) -> dict[str, Any]:
    """Register the renderer; ``html_math_renderer = "mathml"`` chooses it."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    app.connect("doctree-resolved", _keep_punctuation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
