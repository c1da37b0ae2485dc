"""In which units a figure shows energies: per degree of freedom for glasses, with the thresholds that theory knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from polysys.errors import PolysysError


@dataclass(frozen=True, slots=True)
class EnergyAxis:
    """What energies are divided by, how the axis is named, and the values that are marked on it.

    Examples
    --------
    >>> energy_axis("spherical-p-spin:n=6,p=3").per
    6.0
    >>> [(round(value, 3), name) for value, name in energy_axis("spherical-p-spin:n=6,p=3").marks]
    [(-1.657, '$-E_0$'), (-1.633, '$-E_\\\\infty$')]
    >>> energy_axis("deep-linear:widths=2-2-2,data=iris").label
    'energy'
    """

    per: float = 1.0
    label: str = "energy"
    marks: tuple[tuple[float, str], ...] = ()

    def draw(self, axes: Any) -> None:
        """Name the vertical axis and mark the thresholds; the lower name below its line, the upper one above."""
        axes.set_ylabel(self.label)
        for (value, name), side in zip(self.marks, ("top", "bottom"), strict=False):
            axes.axhline(value, color="0.35", lw=0.8, ls="--" if side == "top" else ":", zorder=0.5, gid="threshold")
            axes.annotate(
                name, (1, value), xycoords=("axes fraction", "data"), xytext=(-2, -2 if side == "top" else 2),
                textcoords="offset points", ha="right", va=side, fontsize=9, gid="threshold",
            )  # fmt: skip


def energy_axis(label: str, *, is_random: bool = True) -> EnergyAxis:
    """The axis for a model; energies as they are where its law is not known.

    Parameters
    ----------
    label : str
        Of the model.
    is_random : bool
        Whether the couplings were drawn from its law. Thresholds say nothing about others.
    """
    from polysys.models.labels import model_from_label
    from polysys.models.laws import IsotropicGaussian, LayeredGaussian
    from polysys.theory import Complexity

    try:
        law = model_from_label(label).law
    except PolysysError:  # a landscape of one's own
        return EnergyAxis()
    if isinstance(law, LayeredGaussian):
        return EnergyAxis(float(sum(law.widths)), "energy per degree of freedom, $H/N$")
    if not isinstance(law, IsotropicGaussian):
        return EnergyAxis()
    marks: tuple[tuple[float, str], ...] = ()
    if is_random and law.degree is not None and law.degree > 2 and law.weights[0][1] == 1:
        glass = Complexity(law.degree)
        marks = ((-glass.ground_state.value, "$-E_0$"), (-glass.threshold.value, r"$-E_\infty$"))
    return EnergyAxis(float(law.n), "energy per degree of freedom, $H/N$", marks)
