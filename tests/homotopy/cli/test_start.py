"""The command line where libraries cannot be loaded."""

import resource

import pytest

from homotopy import cli
from homotopy.cli.run import ExitCode, run
from tests.hostile import children


def test_too_little_address_space_is_said_before_any_library_is_loaded(tmp_path):
    ending = children.run(("--help",), tmp_path, limits={resource.RLIMIT_AS: (cli.LEAST_MIB << 20) - 4096})
    assert (ending.code, ending.out, ending.left) == (1, "", ())
    assert ending.err == "stationary: 767 MiB of address space do not suffice. Allow 768 at least (ulimit -v).\n"


@pytest.mark.parametrize(
    "error", [ImportError("many lines\nx.so: failed to map segment"), OSError("x.so: failed to map segment")]
)
def test_a_library_that_cannot_be_loaded_is_one_sentence(error, capsys):
    import typer

    app = typer.Typer()

    @app.command("a")
    def fail() -> None:
        raise error

    app.command("b")(fail)
    assert run(app, ["a"]) == ExitCode.INCOMPLETE
    assert capsys.readouterr().err == (
        "stationary: A library cannot be loaded (x.so: failed to map segment). Free some memory, or install the software again.\n"
    )
