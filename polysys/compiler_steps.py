"""The steps by which Numba compiles our kernels, without those that take time and make no code faster.

Numba optimises each function on its own, makes machine code of it and a wrapper for calls from Python, and does all of it
again where another kernel contains the function. Here the code of a function that only kernels call, a part, is handed
to them as it is, and a kernel is optimised once, with all its parts. Numba documents `pipeline_class`, but not the libraries.
"""

# mypy: disable-error-code="assignment,attr-defined,misc,no-untyped-call"

from __future__ import annotations

from typing import Any

from numba import _dynfunc
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering


class _KernelCode(JITCodeLibrary):
    """Code that is optimised once, complete."""

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout

    def _optimize_final_module(self) -> None:
        made = self._codegen._module_pass_manager()
        passes, *options = made if isinstance(made, tuple) else (made,)  # without options before Numba 0.62
        passes.run(self._final_module, *options)


class _PartCode(_KernelCode):
    """Code that is linked into kernels, and never becomes machine code by itself."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


class _Lowering(NativeLowering):
    """Numba's step, with a library of our own."""

    _code: type[_KernelCode]

    def run_pass(self, state: Any) -> bool:
        state.library = self._code(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return bool(super().run_pass(state))


@register_pass(mutates_CFG=True, analysis_only=False)
class _KernelLowering(_Lowering):
    _name, _code = "kernel_lowering", _KernelCode


@register_pass(mutates_CFG=True, analysis_only=False)
class _PartLowering(_Lowering):
    _name, _code = "part_lowering", _PartCode

    def run_pass(self, state: Any) -> bool:
        state.flags.no_compile = True
        super().run_pass(state)
        made = state["cr"]
        # Numba finds the code of a function by its entry point, which here is never called
        name = state.func_id.func_name
        entry = _dynfunc.make_function(made.fndesc.lookup_module(), name, "", 0, made.env, (state.library,))
        state.targetctx.insert_user_function(entry, made.fndesc, [state.library])
        state["cr"] = made._replace(cfunc=entry)
        return True


def _pipeline(state: Any, lowering: type[_Lowering]) -> list[Any]:
    passes = DefaultPassBuilder.define_nopython_pipeline(state)
    passes.passes[:] = [(lowering if step is NativeLowering else step, why) for step, why in passes.passes]
    passes.finalize()
    return [passes]


class KernelSteps(CompilerBase):
    """For functions that Python calls."""

    def define_pipelines(self) -> list[Any]:
        return _pipeline(self.state, _KernelLowering)


class PartSteps(CompilerBase):
    """For functions that kernels call."""

    def define_pipelines(self) -> list[Any]:
        return _pipeline(self.state, _PartLowering)
