"""Whatever is handed to the public functions: what comes back is a result, or a sentence on what is wrong with it."""

import enum
import inspect
import warnings

import pytest

import homotopy as ho
import polysys as ps
from polysys.errors import InputError, PolysysError

WRONG = [None, 3, 2.5, object(), [object()], {"a": object()}, b"x"]
_PYTHON = (
    "positional argument",
    "keyword-only",
    "abstract",
    "takes no arguments",
    "unexpected keyword",
)  # of the call itself


def _public(module):
    for name in module.__all__:
        found = getattr(module, name)
        is_error = inspect.isclass(found) and issubclass(found, BaseException | enum.Enum)
        if callable(found) and not inspect.ismodule(found) and not is_error:
            yield pytest.param(found, id=f"{module.__name__}.{name}")


def _is_sentence(error):
    text = str(error)
    return (
        isinstance(error, PolysysError)
        or any(words in text for words in _PYTHON)
        or (text[:1].isupper() and text.endswith("."))
    )


def _call(function, *arguments, **named):
    """Call it; errors are PolysysErrors, or TypeErrors with a sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            function(*arguments, **named)
    except (PolysysError, TypeError) as error:
        if not _is_sentence(error):
            raise


@pytest.mark.parametrize("function", [*_public(ho), *_public(ps)])
def test_required_arguments_of_wrong_types_are_refused_in_a_sentence(function, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    required = [
        p
        for p in inspect.signature(function).parameters.values()
        if p.default is p.empty and p.kind <= p.POSITIONAL_OR_KEYWORD
    ]
    for wrong in WRONG:
        _call(function, *[wrong] * max(1, len(required)))


LAND = ps.expression("x^4/4 - x^2/2 + y^2/2 + x*y/10").sample()
FAMILY = ps.equations(["x^2 + y = a", "x*y = 2"], parameters=["a"])
GOOD = {
    ho.census: (LAND,),
    ho.solve: (FAMILY.at(a=1),),
    ho.bounds: (LAND,),
    ho.stationary_sets: (LAND,),
    ho.singular_sets: (LAND, []),
    ho.certify: (FAMILY.at(a=1), [[1, 2]]),
    ho.track: (FAMILY, [1j], [[1, 1]], [2]),
    ho.monodromy: (FAMILY,),
    ho.ensemble: ("spherical-p-spin:n=2,p=3",),
    ho.scan: (ps.expression("x^3/3 - a*x", parameters=["a"]),),
    ho.scan_map: (ps.expression("x^3/3 - a*x + b*x^2", parameters=["a", "b"]),),
    ho.linspace: (0, 1, 3),
    ho.Options: (),
    ps.expression: ("x^2 + y^2",),
    ps.equations: (["x^2 - 1"],),
    ps.Variety: (["x^2 + y^2 - 1"],),
    ps.ProductOfSpheres: ([3, 3],),
    ps.trace: (lambda x, p: [x[0]], 1),
    ps.polynomial_activation: ("tanh",),
    ps.SphericalPSpin: (3,),
    ps.LayeredSpinGlass: ((2, 2),),
    ps.DeepLinear: ((1, 1, 1),),
    ps.PolynomialNetwork: ((1, 1, 1), "z^2"),
    ps.SoftIsing: (3,),
    ps.Ising: (3,),
    ps.BinaryNetwork: ((3, 1),),
}
# numbers of solves and samples are right types that mean work
_IS_WORK = {
    ("monodromy", "trace_test"),
    ("ensemble", "samples"),
    ("ensemble", "workers"),
    ("scan", "workers"),
    ("scan", "tolerance"),
    ("scan_map", "tolerance"),
}


@pytest.mark.parametrize("function", [pytest.param(f, id=f.__name__) for f in GOOD])
def test_single_arguments_of_wrong_types_are_refused_in_a_sentence(function, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parameters = [
        p
        for p in inspect.signature(function).parameters.values()
        if p.kind <= p.KEYWORD_ONLY and p.kind != p.VAR_POSITIONAL
    ]
    extra = {
        ho.scan: {"a": ho.linspace(-1, 1, 3)},
        ho.scan_map: {"a": ho.linspace(-1, 1, 2), "b": [0, 1], "depth": 0, "follow": False},
    }.get(function, {})
    for k, parameter in enumerate(parameters):
        if (function.__name__, parameter.name) in _IS_WORK:
            continue
        for wrong in (object(), [object()], {"a": object()}, b"x", 2.5 + 1j):
            good = list(GOOD[function])
            if k < len(good):
                good[k] = wrong
                _call(function, *good, **extra)
            else:
                _call(function, *good, **{**extra, parameter.name: wrong})


CENSUS = ho.census(LAND)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: ho.census(LAND, options=3),
            "The value of options is of type int. Give ho.Options(..), or its fields as keywords.",
        ),
        (
            lambda: ho.census(LAND, progress=3),
            "The value of progress is of type int. Give a function, or use ho.progress_bar().",
        ),
        (lambda: ho.prove_real("c.json"), "The census is of type str. Give what ho.census returns."),
        (lambda: ho.graph(None), "The census is of type NoneType. Give what ho.census returns."),
        (
            lambda: ho.cross_check(CENSUS, "msolve"),
            "The list of engines is of type str. Give names, such as ['msolve'].",
        ),
        (lambda: ho.load(3), "The path is of type int. Give a text or a Path."),
        (lambda: ps.model_from_label(3), "The label is of type int. Give a text such as 'spherical-p-spin:n=6,p=3'."),
        (lambda: ho.monodromy(CENSUS), "A Census is no family: give ps.equations([..], parameters=[..])."),
        (
            lambda: ps.equations(["x - a"], parameters=3),
            "The value for the parameters is of type int. Give a list of names.",
        ),
    ],
)
def test_a_wrong_type_is_a_type_error_that_says_what_to_give(call, said):
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == said


@pytest.mark.parametrize("call", [ho.census, ho.solve, ho.stationary_sets])
def test_an_option_that_does_not_exist_or_is_given_twice_is_an_error(call):
    what = ps.equations(["x^2 = 1"]) if call is ho.solve else ps.expression("x^2")
    with pytest.raises(InputError, match=r"There is no option 'dijits'\. Did you mean digits\?"):
        call(what, dijits=3)
    with pytest.raises(InputError, match="given twice"):
        call(what, options=ho.Options(), digits=20)
