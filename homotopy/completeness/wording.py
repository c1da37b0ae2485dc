"""The sentences of evidence and verdicts, made from kinds, outcomes and numbers; nothing reads them back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log10
from typing import Any

from homotopy.common.wording import count_of
from homotopy.solving.result import PathAccount
from homotopy.status import EvidenceKind, Silence, StartCount, Verdict

Numbers = Mapping[str, Any]

_GENERIC = frozenset(count.value for count in StartCount if count.is_generic)

FAMILIES = "a continuous symmetry moves the points; families of stationary points may exist and are not counted"
FAMILIES_ON_VARIETY = "families of solutions are not excluded on a domain that is given by equations, and are not counted"


def sentence(kind: EvidenceKind, outcome: Verdict, numbers: Numbers, silence: Silence | None) -> str:
    """What a piece of evidence says."""
    try:
        return SENTENCES[kind](outcome, numbers, silence)
    except KeyError:  # evidence of an older file, or of another version
        return silence.value if silence is not None else "as stated, without numbers"


def account_of(numbers: Numbers) -> PathAccount:
    """The path account among the numbers of evidence from paths."""
    return PathAccount(*(numbers[name] for name in PathAccount.__dataclass_fields__))


def _paths(_: Verdict, x: Numbers, __: Silence | None) -> str:
    said = f"{account_of(x)} (start: {x['start']}, {x['count']} {x['root_count']})"
    n_open = (x["root_count"] or 0) - x["found"]
    if x["count"] in _GENERIC and x["failed"] and n_open > 0:
        said += f"; {n_open} of these solutions are not certified"
    if x["singular"]:
        said += "; singular end points are multiple solutions or lie on positive-dimensional sets"
    if x["n_beyond_paths"]:
        said += f"; {x['n_beyond_paths']} certified solutions were not reached by a path of the last round"
    if x["n_entangled"]:
        said += f"; {x['n_entangled']} candidates could not be told apart from other solutions"
    n_untracked = (x["root_count"] or 0) - x["tracked"]
    if n_untracked > 0:
        said += f"; {n_untracked} paths that the start asks for were not tracked"
    if x["may_be_huge"]:
        said += "; coefficients differ so much that large solutions may have passed for infinite ones"
    return said


def _generic(outcome: Verdict, x: Numbers, silence: Silence | None) -> str:
    reference = "[Sommese & Wampler 2005]"
    n = x["found"]
    return f"{_paths(outcome, x, silence)}; there are {n} certified solutions, and no member of the family has more {reference}"


def _exact(outcome: Verdict, x: Numbers, silence: Silence | None) -> str:
    if silence in (Silence.OUT_OF_REACH, Silence.NO_AGREEMENT):
        return f"the degree of the ideal modulo primes: {silence.value}"
    primes = " and ".join(map(str, x["primes"]))
    found, degree, distinct = x["found"], x["degree"], x["distinct"]
    if x["dimension"] > 0:
        return f"the solution set has dimension {x['dimension']} modulo {primes}: families are not counted{_beside(x)}"
    said = f"{degree} modulo {primes}"
    if degree == found:
        return f"{said} = {found} certified"
    multiple = x["multiplicities"]
    if outcome is Verdict.YES:
        return f"{said}, {distinct if distinct is not None else found + len(multiple)} distinct: {found} certified, {len(multiple)} multiple"
    if degree < found:
        return f"{said}, fewer than the {found} certified distinct solutions"
    if degree < found + sum(multiple):
        return f"{said}, fewer than the {found} certified and those of proved multiplicities {' + '.join(map(str, multiple))}"
    if distinct is None:
        return f"{said}; the numbers of distinct solutions do not agree"
    simple, least = 2 * distinct - degree, "" if distinct == degree else "at least "
    if silence is Silence.MISSING:
        return f"{said}, {least}{simple} of them simple, but {found} are certified: {least}{simple - found} missing"
    return (
        f"{said} with multiplicity, {distinct} distinct: {found} certified simple ones, and {distinct - found} that are multiple "
        "(or were missed)"
    )


def _beside(x: Numbers) -> str:
    """What is known of the simple solutions beside families."""
    simple, found = x.get("simple"), x["found"]
    if simple is None:
        return ""
    if simple == found:
        return f"; all simple solutions beside them, {found}, are certified" if found else "; there is no simple solution beside them"
    return f"; beside them there are {count_of(simple, 'simple solution')}, of which {found} {'is' if found == 1 else 'are'} certified"


def _bound(_: Verdict, x: Numbers, __: Silence | None) -> str:
    return f"{x['found']} of at most {x['bound']}: {x['bound_name']} [{x['reference']}]"


def _hilbert(_: Verdict, x: Numbers, silence: Silence | None) -> str:
    if silence is not None:
        return f"no bound: {silence.value}"
    return f"{_with_multiple(x)} of at most {x['bound']}, by the Hilbert function in degree {x['degree']} modulo {x['prime']}"


def _with_multiple(x: Numbers) -> str:
    return f"{x['found']}" + (f" + {multiplicities_text(x['multiplicities'])}" if x["multiplicities"] else "")


def _conjugates(outcome: Verdict, _: Numbers, __: Silence | None) -> str:
    if outcome is Verdict.YES:
        return "the conjugate of every non-real solution is in the list"
    if outcome is Verdict.UNDECIDED:
        return "the conjugate of a solution lies too close to others to be told apart"
    return "the conjugate of a solution is missing"


def _orbits(outcome: Verdict, x: Numbers, _: Silence | None) -> str:
    if outcome is Verdict.YES:
        return f"the symmetry group of order {x['order']} maps the list to itself"
    if outcome is Verdict.UNDECIDED:
        return "a mirror image of a solution lies too close to others to be told apart"
    return "a mirror image of a solution is missing"


def _euler(outcome: Verdict, x: Numbers, silence: Silence | None) -> str:
    if silence is not None:
        return silence.value
    tail = "as it must be" if outcome is Verdict.YES else f"not {x['expected']}"
    return f"the alternating sum of the numbers of points is {x['sum']}, {tail}"


def _parity(outcome: Verdict, x: Numbers, silence: Silence | None) -> str:
    if silence is not None:
        return "a reality is undecided"
    return f"the number of real points, {x['n_real']}, is {'odd' if outcome is Verdict.YES else 'even'}; it must be odd"


def _morse(outcome: Verdict, x: Numbers, silence: Silence | None) -> str:
    if silence is Silence.NOT_COERCIVE:
        return "do not apply: the potential is not shown to be coercive"
    if silence is not None:
        return str(silence.value)
    if outcome is Verdict.YES:
        return f"met for every index up to {x['dimension']}"
    return f"the numbers of points of index up to {x['index']} violate the Morse inequalities by {x['by']}"


def multiplicities_text(multiplicities: tuple[int, ...]) -> str:
    """Multiplicities as a sum, equal ones together: 2 x 3 + 4."""
    counts = {m: multiplicities.count(m) for m in sorted(set(multiplicities))}
    return " + ".join(f"{c} x {m}" if c > 1 else str(m) for m, c in counts.items())


def _multiplicities(outcome: Verdict, x: Numbers, _: Silence | None) -> str:
    singular = x["multiplicities"]
    said = f"{x['found']} certified solutions and {len(singular)} singular points of proved multiplicities {multiplicities_text(singular)}"
    if outcome is Verdict.NO:
        return f"{said} exceed the bound {x['bound']}"
    return f"{said}: {x['found'] + sum(singular)} of {x['bound']}"


def _real_proof(outcome: Verdict, x: Numbers, silence: Silence | None) -> str:
    if silence is not None:
        return silence.value
    work = f"{x['n_boxes']} boxes in {x['n_unknowns']} unknowns"
    if outcome is Verdict.YES:
        return f"branch and bound excludes every real stationary point other than the {x['n_real']} listed ({work})"
    if outcome is Verdict.NO:
        return f"{count_of(x['n_found'], 'real solution')} proved to exist and not in the list ({work})"
    return f"{x['n_left']} boxes are left, or a mirror image of a point was not found again ({work})"


def _compared(outcome: Verdict, x: Numbers, silence: Silence | None) -> str:
    if silence is not None:
        return silence.value
    theirs = " and ".join(map(str, x["theirs"])) or "no number"
    tail = {Verdict.YES: "the same", Verdict.NO: "which disagrees", Verdict.UNDECIDED: "which decides nothing"}[outcome]
    return f"{theirs} for {x['ours']} here, {tail}"


def _outside(_: Verdict, x: Numbers, __: Silence | None) -> str:
    one = x["n_outside"] == 1
    return f"{count_of(x['n_outside'], 'certified solution')} {'is' if one else 'are'} not among the {x['found']} of the list"


def _connected(outcome: Verdict, x: Numbers, silence: Silence | None) -> str:
    if outcome is Verdict.YES:
        return f"{x['n_minima']} minima in {count_of(x['n_components'], 'component')}, as it must be"
    said = f"the minima form {x['n_components']} components, not {x['expected']}"
    return said if silence is None else f"{said}; {silence.value}"


def _descents(outcome: Verdict, x: Numbers, _: Silence | None) -> str:
    if outcome is Verdict.YES:
        return f"all {x['n_descents']} descents lead to certified minima"
    return f"of {x['n_descents']} descents {x['n_unlisted']} ended at points that are not listed, {x['n_open']} nowhere"


SENTENCES: dict[EvidenceKind, Callable[[Verdict, Numbers, Silence | None], str]] = {
    EvidenceKind.PATHS: _paths,
    EvidenceKind.GENERIC_COUNT: _generic,
    EvidenceKind.EXACT_COUNT: _exact,
    EvidenceKind.UPPER_BOUND: _bound,
    EvidenceKind.HILBERT_BOUND: _hilbert,
    EvidenceKind.CONJUGATES: _conjugates,
    EvidenceKind.ORBITS: _orbits,
    EvidenceKind.EULER: _euler,
    EvidenceKind.PARITY: _parity,
    EvidenceKind.MORSE: _morse,
    EvidenceKind.MULTIPLICITIES: _multiplicities,
    EvidenceKind.REAL_PROOF: _real_proof,
    EvidenceKind.REAL_ROOTS: _compared,
    EvidenceKind.CONNECTED: _connected,
    EvidenceKind.DESCENTS: _descents,
    EvidenceKind.SECOND_RUN: _compared,
    EvidenceKind.OTHER_ENGINE: _compared,
    EvidenceKind.OUTSIDE: _outside,
}


def bound_met(x: Numbers) -> str:
    """The reason of a proof by an upper bound."""
    return f"{count_of(x['found'], 'certified distinct solution')} = {x['bound_name']} [{x['reference']}]"


def hilbert_met(x: Numbers) -> str:
    """The reason of a proof by a Hilbert function."""
    multiple = f" and {multiplicities_text(x['multiplicities'])} of proved multiplicity" if x["multiplicities"] else ""
    which = f"the bound of the Hilbert function in degree {x['degree']} modulo {x['prime']}"
    return f"{count_of(x['found'], 'certified distinct solution')}{multiple} = {which}"


def multiplicities_met(x: Numbers) -> str:
    """The reason of a proof by proved multiplicities that fill a bound."""
    singular, n = x["multiplicities"], x["found"]
    where = "singular points" if len(singular) > 1 else "the origin" if x["is_origin"] else "a singular point"
    regular = f"{n} regular + " if n else ""
    value = f"{n + sum(singular)} = " if n or len(singular) > 1 else ""
    return (
        f"{regular}{where} of multiplicity {multiplicities_text(singular)} = {value}{x['bound_name']} [{x['reference']}]; "
        "the counts are of the regular ones"
    )


def classes_missing(found: int, bound: int) -> str:
    """Why a list of classes on spheres is not settled."""
    return (
        f"{bound - found} of {bound} classes, counted with multiplicity, are missing: lost, degenerate, or "
        "at infinity in the chart (another chart_seed gives another chart)"
    )


def supported(ground: EvidenceKind, names: str) -> str:
    """The reason of a list that is supported."""
    if ground is EvidenceKind.EXACT_COUNT:
        return f"not proved, but the degree of the ideal modulo two primes leaves no room ({names})"
    return f"not proved, but every check is met ({names})"


def stopped(tracked: int, root_count: int) -> str:
    """Why nothing is known of a list whose solve was stopped."""
    return f"the solve was stopped when {tracked} of its {root_count} paths had come to an end"


def sizes_apart(against: str, variables: Sequence[str], units: Sequence[int]) -> str:
    """Why nothing is known of a list that a check finds too short, where the coefficients are of very different sizes, and the way out.

    >>> sizes_apart("parity: 0 of 3", ["x"], [-498])
    'solutions are missing (parity: 0 of 3): over coefficients of so different sizes paths are lost; measure x in units of 1e-150'
    """
    words = [f"{v} in units of 1e{round(a * log10(2))}" for v, a in zip(variables, units, strict=True) if a]
    return f"solutions are missing ({against}): over coefficients of so different sizes paths are lost; measure {', '.join(words) or 'the potential in other units'}"


def best_bound(found: int, bound: int) -> str:
    """What is known of a list about which nothing else is."""
    return f"{found} solutions; the best proved bound is {bound}"


def real_list(detail: str, verdict: str, reason: str) -> str:
    """The reason of a proof that speaks of the real points alone."""
    return f"the list of real points: {detail}. The list of complex solutions is {verdict}: {reason}"


def of_each_list(real: str, verdict: str, reason: str) -> tuple[str, ...]:
    """A line on the real list, which is proved, and one on the complex list."""
    return f"real list proved: {real}", f"complex list {verdict}: {reason}"
