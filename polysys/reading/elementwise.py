"""A polynomial read off from code: the code is run on a symbol that knows +, -, * and whole powers, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, NoReturn

from polysys.errors import InputError, NotPolynomialError
from polysys.reading.parser import MAX_EXPONENT
from polysys.reading.rationals import as_rational


class Symbol:
    """A polynomial in one unknown z, with rational coefficients from degree 0.

    It stands in for an array in elementwise code, also for a torch tensor: torch hands functions of it to
    `__torch_function__`.
    """

    __slots__ = ("coefficients",)
    __hash__ = None  # type: ignore[assignment]  # nothing may depend on which symbol it is

    def __init__(self, coefficients: tuple[Fraction, ...]) -> None:
        while coefficients and not coefficients[-1]:
            coefficients = coefficients[:-1]
        if len(coefficients) > MAX_EXPONENT + 1:
            raise InputError(f"The polynomial has a degree above {MAX_EXPONENT}.", "Choose a lower degree.")
        self.coefficients = coefficients

    def __add__(self, other: Any) -> Symbol:
        a, b = self.coefficients, _coefficients(other)
        n = max(len(a), len(b))
        return Symbol(tuple(x + y for x, y in zip(_padded(a, n), _padded(b, n), strict=True)))

    def __neg__(self) -> Symbol:
        return Symbol(tuple(-c for c in self.coefficients))

    def __pos__(self) -> Symbol:
        return self

    def __sub__(self, other: Any) -> Symbol:
        return self + (-Symbol(_coefficients(other)))

    def __rsub__(self, other: Any) -> Symbol:
        return Symbol(_coefficients(other)) - self

    def __mul__(self, other: Any) -> Symbol:
        a, b = self.coefficients, _coefficients(other)
        product = [Fraction(0)] * max(len(a) + len(b) - 1, 0)
        for i, x in enumerate(a):
            for j, y in enumerate(b):
                product[i + j] += x * y
        return Symbol(tuple(product))

    def __truediv__(self, other: Any) -> Symbol:
        divisor = Symbol(_coefficients(other)).coefficients
        if len(divisor) != 1:
            raise NotPolynomialError("It divides by its input, or by zero.", "Divide by numbers only.")
        return self * (1 / divisor[0])

    def __pow__(self, power: Any) -> Symbol:
        exact = as_rational(power)
        if exact.denominator != 1 or not 0 <= exact <= MAX_EXPONENT:
            raise NotPolynomialError(f"It has the power {power!s:.20}.", "Use whole powers that are not negative.")
        result = Symbol((Fraction(1),))
        for _ in range(int(exact)):
            result = result * self
        return result

    __radd__ = add = __add__
    __rmul__ = mul = multiply = __mul__
    sub = subtract = __sub__
    div = divide = __truediv__
    neg = negative = __neg__
    pow = __pow__

    def square(self) -> Symbol:
        """z^2."""
        return self * self

    def _refuse(self, *_: Any) -> NoReturn:
        raise NotPolynomialError("It compares its input.", "Use arithmetic only.")

    __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse

    @classmethod
    def __torch_function__(cls, function: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Symbol:
        """What torch calls for torch.square(z) and its like."""
        name = str(getattr(function, "__name__", function))
        operation: Callable[..., Symbol] | None = _TORCH.get(name)
        if operation is None or kwargs:
            raise NotPolynomialError(f"It calls torch.{name}.", "Use +, -, * and whole powers.")
        return operation(*(a if isinstance(a, Symbol) else Symbol(_coefficients(a)) for a in args[:1]), *args[1:])


_TORCH: dict[str, Callable[..., Symbol]] = {
    "square": Symbol.square,
    **dict.fromkeys(("pow", "float_power"), Symbol.__pow__),
    **dict.fromkeys(("add",), Symbol.__add__),
    **dict.fromkeys(("sub", "subtract"), Symbol.__sub__),
    **dict.fromkeys(("rsub",), Symbol.__rsub__),
    **dict.fromkeys(("mul", "multiply"), Symbol.__mul__),
    **dict.fromkeys(("div", "divide", "true_divide"), Symbol.__truediv__),
    **dict.fromkeys(("neg", "negative"), Symbol.__neg__),
    "positive": Symbol.__pos__,
}


def polynomial_of(function: Callable[[Any], Any]) -> tuple[Fraction, ...]:
    """Coefficients, from degree 0, of a polynomial given as code.

    Parameters
    ----------
    function : callable
        Elementwise arithmetic on its argument.

    Raises
    ------
    NotPolynomialError
        If it does anything but arithmetic, or does not depend on its argument.

    Examples
    --------
    >>> polynomial_of(lambda z: z**3 - 0.5 * z)
    (Fraction(0, 1), Fraction(-1, 2), Fraction(0, 1), Fraction(1, 1))
    """
    try:
        result = function(Symbol((Fraction(0), Fraction(1))))
    except InputError:
        raise
    except Exception as error:  # somebody else's code
        said = " ".join(str(error).split())[:100] or type(error).__name__
        raise NotPolynomialError(f"It is no polynomial of its input ({said}).", "Use +, -, * and whole powers.") from error
    if not isinstance(result, Symbol) or len(result.coefficients) < 2:
        raise NotPolynomialError("It does not depend on its input.", "Use a polynomial of degree 1 or more.")
    return result.coefficients


def _coefficients(value: Any) -> tuple[Fraction, ...]:
    return value.coefficients if isinstance(value, Symbol) else (as_rational(value),)


def _padded(coefficients: tuple[Fraction, ...], n: int) -> tuple[Fraction, ...]:
    return coefficients + (Fraction(0),) * (n - len(coefficients))
