"""A landscape from its canonical text, as files keep it."""

from __future__ import annotations

from fractions import Fraction

from polysys.errors import InputError
from polysys.formulations.elimination import read_eliminated
from polysys.formulations.expansion import nested_form
from polysys.formulations.variety import read_domain
from polysys.landscape import Landscape, Scaling
from polysys.reading.parser import parse_polynomial
from polysys.system import exact_terms


def landscape_from_text(
    text: str, label: str = "text", seed: int | None = None, index: int = 0, chart_seed: int = 0
) -> Landscape:
    """The landscape whose canonical text this is; parsing never evaluates code.

    Raises
    ------
    InputError
        If the text is not canonical: parsing and writing it again must give the same text.

    Examples
    --------
    >>> import polysys as ps
    >>> land = ps.expression("x^2*y + 1/3*y^3", "sphere").sample()
    >>> landscape_from_text(land.text).digest == land.digest
    True
    """
    pairs = [line.partition(" ")[::2] for line in text.splitlines()]
    lines = dict(pairs)
    try:
        variables = tuple(lines["variables"].split())
        terms = exact_terms(parse_polynomial(lines["potential"], variables).polynomial)
        land = Landscape(
            label=label,
            domain=read_domain(lines["domain"], variables),
            variables=variables,
            potential_function=lambda x, _: nested_form(terms, x.tolist()),
            seed=seed,
            index=index,
            scaling=Scaling(
                tuple(Fraction(r) for r in lines["length-squared"].split()), Fraction(lines["energy-squared"])
            ),
            chart_seed=chart_seed,
            eliminated=read_eliminated([value for key, value in pairs if key == "eliminated"], variables),
        )
        canonical = land.text
    except (KeyError, ValueError, ZeroDivisionError) as error:
        raise InputError("The text of the landscape cannot be read.", "Use the text of Landscape.text.") from error
    if canonical != text:
        raise InputError("The text of the landscape is not canonical.", "Use the text of Landscape.text.")
    return land
