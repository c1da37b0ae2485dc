"""log|det| of the Riemannian Hessian at a certified point, as a proved enclosure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from flint import arb, arb_mat, ctx

from homotopy.certification import balls
from homotopy.certification.certificates import Certificate
from polysys.formulations.formulation import Kind
from polysys.formulations.variety import Variety
from polysys.landscape import Landscape

_PRECISION = 128


def log_abs_det_hessian(landscape: Landscape, certificate: Certificate) -> arb | None:
    """The logarithm of |det| of the Riemannian Hessian on the tangent space, in the model's units; None if undecided.

    Also called the log-curvature: -1/2 of it is the logarithm of the Gaussian volume of a minimum. On R^n it is the
    ordinary Hessian's; on spheres that of the quadratic form on the tangent space, in an orthonormal basis.

    Parameters
    ----------
    landscape : Landscape
    certificate : Certificate
        Of a real solution.

    Returns
    -------
    arb or None
        None where the enclosure does not separate the determinant from zero.

    Notes
    -----
    With K = [[A, B], [B^T, 0]] the bordered Hessian, A = H - diag(mu), and Q an orthonormal basis of the tangent space
    {v : B^T v = 0}: det K = (-1)^m det(Q^T A Q) det(B^T B), so no basis is needed. In the projective formulation the
    solution stands for the point c_l x_l with c_l = r_l / |x_l|, where A has the blocks C A_ab / (c_a c_b),
    C = prod c_l^(w_l). Physical units multiply energies by E and the lengths of block l by L_l.

    Examples
    --------
    >>> import homotopy as ho
    >>> import polysys as ps
    >>> found = ho.census(ps.expression("x^4/4 - x^2/2 + 3*y^2/2"))  # the Hessian at (1, 0) is diag(2, 3)
    >>> minimum = found.minima[0]
    >>> log_abs_det_hessian(found.landscape, found.certificates[minimum.solution]).str(9, radius=False)
    '1.79175947'
    """
    with ctx.workprec(max(_PRECISION, certificate.precision)):
        enclosure = certificate.enclosure
        unknowns = [balls.real_ball(re, enclosure.radius) for re, _ in enclosure.mid]
        domain = landscape.domain
        n, m = domain.n, domain.n_constraints
        bordered = arb_mat(n + m, n + m, [arb(e) for e in balls.evaluate(landscape.tapes.bordered, unknowns)])
        determinant = abs(bordered.det())
        if isinstance(domain, Variety):
            normals = arb_mat([[bordered[n + k, i] for i in range(n)] for k in range(m)])
            determinant /= (normals * normals.transpose()).det()
        return log_abs_det_of(landscape, determinant, unknowns)


def log_abs_det_of(landscape: Landscape, determinant: arb, unknowns: Sequence[arb]) -> arb | None:
    """The same from |det| of the bordered Hessian at a real solution, on a variety over det(B^T B), and from its unknowns."""
    domain, formulation = landscape.domain, landscape.formulation
    if not determinant > 0:
        return None
    with ctx.workprec(max(_PRECISION, ctx.prec)):
        result = determinant.log() + domain.dimension * _half_log(landscape.scaling.energy_squared)
        if isinstance(domain, Variety):
            return result
        blocks = domain.slices or (slice(0, domain.n),)
        sizes = [block.stop - block.start - (0 if domain.is_euclidean else 1) for block in blocks]
        for length, tangent in zip(landscape.scaling.length_squared, sizes, strict=False):
            result -= 2 * tangent * _half_log(length)
        if domain.is_euclidean:
            return result
        for k, (block, tangent) in enumerate(zip(blocks, sizes, strict=True)):
            norm_squared = sum((x * x for x in unknowns[block]), arb(0))
            result -= norm_squared.log()
            if formulation.kind is Kind.PROJECTIVE:
                log_c = _half_log(domain.radii_squared[k]) - norm_squared.log() / 2
                result += (domain.dimension * formulation.degrees[k] - 2 * tangent) * log_c
        return result


def _half_log(squared: Fraction) -> arb:
    """log of the root of a positive rational."""
    return _half_log_at(squared.numerator, squared.denominator, ctx.prec)


@lru_cache(maxsize=64)
def _half_log_at(numerator: int, denominator: int, precision: int) -> arb:
    with ctx.workprec(precision):
        return balls.ball(Fraction(numerator, denominator)).log() / 2
