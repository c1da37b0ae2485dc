"""Modules and tensors that look like torch's as far as landscapes are read from them: tests run without torch."""

from itertools import count

import numpy as np

_numbers = count()


class Tensor:
    """An array with what torch's tensors add to it."""

    def __init__(self, values, requires_grad=True):
        self.values, self.requires_grad = np.array(values, dtype=np.float32), requires_grad

    shape = property(lambda self: self.values.shape)
    data = property(lambda self: self, lambda self, other: setattr(self, "values", other.values))

    def is_complex(self):
        return False

    def detach(self):
        return self

    double = cpu = detach

    def numpy(self):
        return self.values.astype(np.float64)

    def new_tensor(self, values):
        return Tensor(values)

    def reshape(self, shape):
        return Tensor(self.values.reshape(shape))


class Module:
    """The dictionaries that torch keeps."""

    def __init__(self, **parts):
        self._parameters, self._buffers, self._modules = {}, {}, parts
        self._forward_hooks, self._forward_pre_hooks = {}, {}


def _named(name, bases=(Module,), **content):
    return type(name, bases, {"__module__": f"torch.nn.modules.{name.lower()}", **content})


def _linear(self, n_in, n_out, bias=True):
    Module.__init__(self)
    rng = np.random.default_rng(next(_numbers))
    self.weight = Tensor(rng.normal(size=(n_out, n_in)))
    self.bias = Tensor(rng.normal(size=n_out)) if bias else None
    self._parameters = {"weight": self.weight, "bias": self.bias}


def _sequential(self, *parts):
    Module.__init__(self, **{str(k): part for k, part in enumerate(parts)})


def _flatten(self):
    Module.__init__(self)
    self.start_dim = 1


Linear = _named("Linear", __init__=_linear)
Sequential = _named("Sequential", __init__=_sequential)
Identity, ReLU, Tanh, Dropout, BatchNorm1d, Conv1d, Softplus = map(
    _named, ("Identity", "ReLU", "Tanh", "Dropout", "BatchNorm1d", "Conv1d", "Softplus")
)
Flatten = _named("Flatten", __init__=_flatten)
