"""Torch networks as landscapes: which family, which variables, which loss; without torch by stand-ins, and with it by autograd."""

import operator
import sys
from fractions import Fraction
from math import prod
from types import SimpleNamespace

import numpy as np
import pytest

import polysys as ps
from polysys.errors import InputError, NotPolynomialError
from polysys.reading.elementwise import polynomial_of
from polysys.system import exact_terms
from tests.polysys import torch_like as nn

X = [[1, 0.5], [-0.25, 2], [3, 1]]
Y = [[1], [-1], [0.5]]


class Square(nn.Module):
    """z^2, as a user writes it."""

    def forward(self, z):
        return z * z


class Cubic(nn.Module):
    """z^3 - z/2."""

    def forward(self, z):
        return z**3 - 0.5 * z


def value(landscape, point):
    """The exact potential at a point of doubles."""
    x = [Fraction(v) for v in np.asarray(point, float).tolist()]
    terms = exact_terms(landscape.potential)
    return float(sum(c * prod((v**k for v, k in zip(x, e, strict=True)), start=Fraction(1)) for e, c in terms.items()))


def output(module, data):
    """The network in floats, by its definition."""
    signal = np.array(data, float)
    for part in module._modules.values():
        if type(part) is nn.Linear:
            signal = signal @ part.weight.values.astype(float).T + (0 if part.bias is None else part.bias.values.astype(float))
        elif type(part) is nn.Sequential:
            signal = output(part, signal)
        elif hasattr(part, "forward"):
            signal = part.forward(signal)
    return signal


def frozen(linear, *names):
    """The layer with parameters that are not trained."""
    for name in names or ("weight", "bias"):
        if getattr(linear, name) is not None:
            getattr(linear, name).requires_grad = False
    return linear


NETWORKS = {
    "deep linear": (lambda: nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 1, bias=False)), "deep-linear", 6),
    "deep linear, nested": (
        lambda: nn.Sequential(nn.Flatten(), nn.Sequential(nn.Linear(2, 1, bias=False), nn.Identity()), nn.Linear(1, 1, bias=False)),
        "deep-linear", 3,
    ),
    "square": (lambda: nn.Sequential(nn.Linear(2, 2, bias=False), Square(), nn.Linear(2, 1, bias=False)), "polynomial-network", 6),
    "two hidden layers": (
        lambda: nn.Sequential(nn.Linear(2, 1), Square(), nn.Linear(1, 2), Square(), nn.Linear(2, 1, bias=False)),
        "polynomial-network", 9,
    ),
    "fixed output": (
        lambda: nn.Sequential(nn.Linear(2, 2, bias=False), Cubic(), frozen(nn.Linear(2, 1, bias=False))),
        "polynomial-network", 4,
    ),
    "output bias": (lambda: nn.Sequential(nn.Linear(2, 1), Square(), nn.Linear(1, 1)), "sequential-network", 5),
    "one layer": (lambda: nn.Sequential(nn.Linear(2, 1)), "sequential-network", 3),
    "two activations": (
        lambda: nn.Sequential(nn.Linear(2, 2, bias=False), Square(), nn.Linear(2, 1), Cubic(), nn.Linear(1, 1, bias=False)),
        "sequential-network", 8,
    ),
    "activation at the ends": (lambda: nn.Sequential(Square(), nn.Linear(2, 1), Square()), "sequential-network", 3),
    "fixed first layer": (
        lambda: nn.Sequential(frozen(nn.Linear(2, 2)), Square(), nn.Linear(2, 1, bias=False)), "sequential-network", 2,
    ),
    "fixed bias": (
        lambda: nn.Sequential(frozen(nn.Linear(2, 2), "bias"), Square(), nn.Linear(2, 1, bias=False)), "sequential-network", 6,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(("loss", "factor"), [("half-sum", 1 / 2), ("sum", 1), ("mean", 1 / 3)])
@pytest.mark.parametrize("n_data", [3, 40])
def test_the_landscape_is_the_training_loss(name, loss, factor, n_data):
    """Against the network in floats; with 3 data the data are the couplings, with 40 their moments."""
    make, family, n_variables = NETWORKS[name]
    module = make()
    rng = np.random.default_rng(n_data)
    x, y = (X, Y) if n_data == 3 else (rng.normal(size=(n_data, 2)), rng.normal(size=(n_data, 1)))
    l2 = [Fraction(k + 1, 7) for k in range(n_variables)]
    land = ps.from_torch(module, x, y, l2=l2, loss=loss)
    assert land.label.startswith(family) and len(land.variables) == n_variables
    point = ps.module_point(module)
    fit = float(((output(module, x) - np.array(y, float)) ** 2).sum()) * factor * (1 if loss != "mean" else 3 / n_data)
    expected = fit + float(sum(lam * Fraction(v) ** 2 for lam, v in zip(l2, point, strict=True))) / 2
    assert value(land, point) == pytest.approx(expected, rel=1e-9)
    assert land.facts.is_coercive


def test_a_point_goes_into_the_module_and_comes_back():
    module = NETWORKS["output bias"][0]()
    ps.load_point(module, [1, 2, 3, 4, 5])
    assert ps.module_point(module).tolist() == [1, 2, 3, 4, 5]
    assert module._modules["0"].weight.values.tolist() == [[1, 2]] and module._modules["0"].bias.values.tolist() == [3]
    with pytest.raises(InputError, match="4 coordinates were given for 5 parameters"):
        ps.load_point(module, [1, 2, 3, 4])


def test_neurons_that_may_be_exchanged_are_a_symmetry_of_the_general_family():
    module = nn.Sequential(nn.Linear(1, 2), Square(), nn.Linear(2, 1))
    land = ps.from_torch(module, [[1], [2]], [[1], [0]], l2=1)
    assert type(land.potential_function.model).__name__ == "SequentialNetwork"
    names = land.variables
    assert names == ("w1_1_1", "w1_2_1", "b1_1", "b1_2", "w2_1_1", "w2_1_2", "b2_1")
    assert (1, 0, 3, 2, 5, 4, 6) in land.facts.candidate_permutations
    assert land.symmetry.order % 2 == 0


def test_without_regularisation_hidden_layers_mix():
    with pytest.raises(ps.PositiveDimensionalError):
        ps.from_torch(NETWORKS["deep linear"][0](), X, Y).require_isolated()


@pytest.mark.parametrize("layer", [nn.ReLU, nn.Tanh, nn.Dropout, nn.BatchNorm1d, nn.Conv1d, nn.Softplus])
def test_a_layer_that_is_not_polynomial_is_named(layer):
    module = nn.Sequential(nn.Linear(2, 2), nn.Sequential(layer()), nn.Linear(2, 1))
    with pytest.raises(NotPolynomialError, match=rf"Layer 1\.0 \({layer.__name__}\) is neither linear nor"):
        ps.from_torch(module, X, Y)


def _raises(function):
    return type("Mine", (nn.Module,), {"forward": function})


@pytest.mark.parametrize(
    "forward",
    [
        lambda self, z: z.exp(), lambda self, z: np.tanh(z), lambda self, z: 1 / z, lambda self, z: z**-1, lambda self, z: z**0.5,
        lambda self, z: z if z > 0 else 0 * z, lambda self, z: z.sum() * z, lambda self, z: 3.0, lambda self, z: z**2000,
        lambda self, z: z * float("nan"), lambda self, z: abs(z), lambda self, z: z[0], lambda self, z: z == 0, lambda self, z: None,
    ],
)  # fmt: skip
def test_code_that_is_no_polynomial_is_refused_with_the_layer(forward):
    with pytest.raises(NotPolynomialError, match=r"Layer 1 \(Mine\) is not an elementwise polynomial"):
        ps.from_torch(nn.Sequential(nn.Linear(2, 1), _raises(forward)()), X, Y)


@pytest.mark.parametrize(
    ("function", "coefficients"),
    [
        (lambda z: z.pow(2) - z.square() + 3 - z * (2 - z) / 4, (3, Fraction(-1, 2), Fraction(1, 4))),
        (lambda z: -((+z - 1) ** 3), (1, -3, 3, -1)),
        (lambda z: (z**2).mul(2).add(z).sub(1), (-1, 1, 2)),
    ],
)
def test_polynomials_are_read_off_code(function, coefficients):
    assert polynomial_of(function) == coefficients


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Square(), "no torch.nn.Sequential"),
        (lambda: "net", "no torch.nn.Sequential"),
        (lambda: nn.Sequential(Square()), "no trained parameter"),
        (lambda: nn.Sequential(frozen(nn.Linear(2, 1))), "no trained parameter"),
        (lambda: nn.Sequential(*[nn.Linear(2, 2, bias=False)] * 2, nn.Linear(2, 1)), "share their parameters"),
        (lambda: nn.Sequential(nn.Linear(2, 3), nn.Linear(2, 1)), "3 outputs is followed by one with 2 inputs"),
        (lambda: nn.Sequential(nn.Linear(3, 1)), "3 and 1"),
        (lambda: nn.Sequential(nn.Linear(2, 40), nn.Linear(40, 1)), "number of trained weights"),
    ],
)
def test_a_network_that_cannot_be_used_is_refused(make, words):
    with pytest.raises(InputError, match=words):
        ps.from_torch(make(), X, Y)


def test_layers_with_hooks_or_parameters_of_their_own_are_refused():
    linear, mine = nn.Linear(2, 1), Square()
    linear._forward_pre_hooks[0] = print
    with pytest.raises(InputError, match=r"Layer 0 \(Linear\) has hooks"):
        ps.from_torch(nn.Sequential(linear), X, Y)
    mine._parameters["a"] = nn.Tensor([1.0])
    with pytest.raises(InputError, match=r"Layer 1 \(Square\) has parameters"):
        ps.from_torch(nn.Sequential(nn.Linear(2, 1), mine), X, Y)


def test_data_that_do_not_fit_are_refused():
    net = NETWORKS["one layer"][0]()
    for x, y, words in ((X, [1, 2, 3], "shape"), (X, Y[:2], "same number of data"), (X, None, "targets"), ([["a", 1]], [[1]], "X")):
        with pytest.raises(InputError, match=words):
            ps.from_torch(net, x, y)
    with pytest.raises(InputError, match="no loss"):
        ps.from_torch(net, X, Y, loss="huber")


class TestWithTorch:
    """The same against torch's own loss and autograd."""

    @staticmethod
    def networks(torch):
        class Power(torch.nn.Module):
            def __init__(self, p):
                super().__init__()
                self.p = p

            def forward(self, z):
                return torch.pow(z, self.p) - torch.square(z) * 0.25 + torch.mul(z, 2)

        linear = torch.nn.Linear
        torch.manual_seed(1)
        fixed = linear(2, 1).double()
        fixed.requires_grad_(False)
        return [
            torch.nn.Sequential(linear(2, 2, bias=False), linear(2, 1, bias=False)),
            torch.nn.Sequential(linear(2, 2), Power(3), linear(2, 1, bias=False)),
            torch.nn.Sequential(linear(2, 2, bias=False), Power(2), linear(2, 1), torch.nn.Identity(), Power(3)),
            torch.nn.Sequential(linear(2, 2), Power(2), fixed),
        ]

    @pytest.mark.parametrize("loss", ["half-sum", "sum", "mean"])
    def test_values_and_gradients_are_those_of_torch(self, loss):
        torch = pytest.importorskip("torch")
        x, y = torch.randn(7, 2, dtype=torch.float64), torch.randn(7, 1, dtype=torch.float64)
        for module in self.networks(torch):
            module.double()
            land = ps.from_torch(module, x, y, l2=0.3, loss=loss)
            fit = torch.nn.MSELoss(reduction="mean" if loss == "mean" else "sum")(module(x), y)
            total = fit / 2 if loss == "half-sum" else fit
            parameters = [p for p in module.parameters() if p.requires_grad]
            total = total + 0.15 * sum((p**2).sum() for p in parameters)
            module.zero_grad()
            total.backward()
            point = ps.module_point(module)
            assert value(land, point) == pytest.approx(total.item(), rel=1e-11)
            ours = [float(v) for v in land.tapes.equations.evaluate(point.tolist(), (), float)]
            theirs = np.concatenate([p.grad.numpy().ravel() for p in parameters])
            np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)

    def test_layers_of_torch_that_are_not_polynomial_are_named(self):
        torch = pytest.importorskip("torch")
        nn = torch.nn
        bad = [nn.ReLU(), nn.Tanh(), nn.Dropout(), nn.BatchNorm1d(2), nn.Conv1d(1, 1, 1), nn.GELU(), nn.Softmax(1), nn.LSTM(2, 2)]
        for layer in bad:
            with pytest.raises(NotPolynomialError, match=rf"Layer 1 \({type(layer).__name__}\)"):
                ps.from_torch(nn.Sequential(nn.Linear(2, 2), layer), X, Y)
        with pytest.raises(InputError, match=r"ParametrizedLinear|hooks"):
            ps.from_torch(nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Linear(2, 1))), X, Y)

        class Relu(nn.Module):
            def forward(self, z):
                return torch.relu(z)

        with pytest.raises(NotPolynomialError, match=r"calls torch\.relu"):
            ps.from_torch(nn.Sequential(nn.Linear(2, 1), Relu()), X, Y)

    def test_a_stationary_point_has_no_gradient_in_torch(self):
        torch = pytest.importorskip("torch")
        import homotopy as ho

        class Square(torch.nn.Module):
            def forward(self, z):
                return z * z

        module = torch.nn.Sequential(torch.nn.Linear(1, 1), Square(), torch.nn.Linear(1, 1)).double()
        x, y = torch.tensor([[0.5], [-1.0], [2.0]]), torch.tensor([[1.0], [0.0], [-1.0]])
        census = ho.census(ps.from_torch(module, x, y, l2=[0.3, 0.2, 0.5, 0.1], loss="mean"))
        assert census.n_real >= 1
        decay = torch.tensor([0.3, 0.2, 0.5, 0.1], dtype=torch.float64)
        for point in census.points:
            ps.load_point(module, point.coordinates)
            module.zero_grad()
            w = torch.nn.utils.parameters_to_vector(module.parameters())
            (torch.nn.MSELoss()(module(x.double()), y.double()) + (decay * w**2).sum() / 2).backward()
            assert max(p.grad.abs().max().item() for p in module.parameters()) < 1e-12


class Node:
    """A node of torch.fx, as far as it is read."""

    def __init__(self, op, target, *args, **kwargs):
        self.op, self.target, self.args, self.kwargs = op, target, args, kwargs


class Traced(nn.Module):
    """A module with a forward of its own, and what torch.fx makes of it."""

    def __init__(self, *nodes, **parts):
        super().__init__(**parts)
        self.nodes = nodes

    def named_modules(self):
        return [("", self), *self._modules.items()]


@pytest.fixture
def fx(monkeypatch):
    graph = SimpleNamespace(symbolic_trace=lambda module: SimpleNamespace(graph=SimpleNamespace(nodes=module.nodes)))
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(fx=graph))
    monkeypatch.setitem(sys.modules, "torch.fx", graph)


def chain(first, last, *between):
    """x -> last(between(first(x))); each of `between` makes a node of the one before."""
    nodes = [Node("placeholder", "x")]
    nodes.append(Node("call_module", "first", nodes[-1]))
    for make in between:
        nodes.append(make(nodes[-1]))
    nodes.append(Node("call_module", "last", nodes[-1]))
    nodes.append(Node("output", "output", nodes[-1]))
    return Traced(*nodes, first=first, last=last, tanh=nn.Tanh(), same=nn.Identity())


def square(z):
    raise AssertionError("torch.square is named, not called")


def test_a_forward_of_its_own_is_the_sequential_that_torch_fx_sees(fx):
    first, last = nn.Linear(2, 2, bias=False), nn.Linear(2, 1, bias=False)
    expected = ps.from_torch(nn.Sequential(first, Cubic(), last), X, Y, l2="1/3")
    cube = Node("call_function", operator.pow, None, 3)

    def polynomial(z):
        cube.args = (z, 3)
        half = Node("call_function", operator.mul, 0.5, z)
        return cube, half, Node("call_function", operator.sub, cube, half)

    module = chain(first, last, lambda z: Node("call_module", "same", z))
    *head, end, out = module.nodes
    parts = polynomial(head[-1])
    end.args = (parts[-1],)
    module.nodes = (*head, *parts, end, out)
    assert ps.from_torch(module, X, Y, l2="1/3").digest == expected.digest
    assert ps.module_point(module).tolist() == ps.module_point(nn.Sequential(first, Cubic(), last)).tolist()
    by_name = chain(first, last, lambda z: Node("call_function", square, z))
    assert ps.from_torch(by_name, X, Y, l2="1/3").digest == ps.from_torch(nn.Sequential(first, Square(), last), X, Y, l2="1/3").digest
    by_method = chain(first, last, lambda z: Node("call_method", "pow", z, 2))
    assert ps.from_torch(by_method, X, Y, l2="1/3").digest == ps.from_torch(by_name, X, Y, l2="1/3").digest


def test_a_forward_that_is_no_chain_says_what_to_do(fx):
    first, last = nn.Linear(2, 2, bias=False), nn.Linear(2, 1, bias=False)
    skip = chain(first, last, lambda z: Node("call_function", operator.add, z, 1))
    skip.nodes[2].args = (skip.nodes[1], skip.nodes[0])
    with pytest.raises(InputError, match="skip connection"):
        ps.from_torch(skip, X, Y)
    with pytest.raises(NotPolynomialError, match="polynomial_activation"):
        ps.from_torch(chain(first, last, lambda z: Node("call_module", "tanh", z)), X, Y)
    with pytest.raises(NotPolynomialError, match=r"torch\.exp"):
        ps.from_torch(chain(first, last, lambda z: Node("call_method", "exp", z)), X, Y)
    with pytest.raises(InputError, match="parameter or buffer"):
        ps.from_torch(chain(first, last, lambda z: Node("get_attr", "scale")), X, Y)
    with pytest.raises(NotPolynomialError, match="polynomial_activation"):
        ps.from_torch(nn.Sequential(first, nn.Tanh(), last), X, Y)


def test_without_torch_fx_a_forward_of_its_own_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.fx", None)
    with pytest.raises(InputError, match=r"torch\.fx cannot be loaded"):
        ps.from_torch(chain(nn.Linear(2, 2), nn.Linear(2, 1)), X, Y)
