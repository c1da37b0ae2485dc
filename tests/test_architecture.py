"""The house rules that keep the code readable: imports go one way from room to room, files stay short, names mean one thing.

A room is a folder or a file at the top of a package. The lists below are the order of the rooms: each imports only from
those above it, without exceptions. They are meant to be edited: a new room gets a line at the place where it belongs.
"""

import ast
import graphlib
import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import homotopy
import polysys
from polysys.models.labels import MODELS

ROOT = Path(__file__).parent.parent
MAX_LINES = 500

# Modules of one room may import each other as long as there is no cycle.
ORDER = {
    "polysys": [
        "errors",
        "lazy",
        "compiled_arrays",
        "compiler_steps",
        "cache_files",
        "jit",
        "polynomials",
        "reading",
        "domains",
        "automorphisms",
        "tape",
        "root_count",
        "formulations",
        "system",
        "continuous_symmetry",
        "symmetry",
        "group_names",
        "problem",
        "own_equations",
        "own_equations_text",
        "algebra",
        "evaluation",
        "model_facts",
        "landscape",
        "landscape_text",
        "counts",
        "disorder",
        "reduced_columns",
        "datasets",
        "models",
        "theory",
    ],
    "homotopy": [
        "errors",
        "options",
        "status",
        "common",
        "engines",
        "certification",
        "solving",
        "completeness",
        "counting",
        "graphs",
        "weights",
        "searches",
        "ensembles",
        "scans",
        "tables",
        "estimators",
        "plots",
        "testing",
        "studies",
        "cli",
    ],
}
MOST_ROOMS, MOST_FILES = 15, 6  # at the top of homotopy


def _module_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _modules(root: Path) -> dict[str, Path]:
    """Dotted name -> file, of every module of the two packages."""
    files = itertools.chain.from_iterable((root / package).rglob("*.py") for package in ORDER)
    return {_module_name(path, root): path for path in sorted(files)}


def _nodes(node: ast.AST, *, in_functions: bool) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if in_functions or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _nodes(child, in_functions=in_functions)


def _imports(name: str, path: Path, known: set[str], *, in_functions: bool = True) -> Iterator[tuple[str, int]]:
    """The modules of the two packages that a file imports, each with its line: wherever in the file, or when it is loaded."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in _nodes(ast.parse(path.read_text(encoding="utf-8"), filename=str(path)), in_functions=in_functions):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base] if base else parents)
            # `from polysys import tape` imports a module, `from polysys.tape import Tape` a name in one.
            targets = [f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base for alias in node.names]
        else:
            continue
        for target in dict.fromkeys(targets):
            if target.partition(".")[0] in ORDER:
                yield target, node.lineno


def _rank(name: str) -> int:
    """Place in the order; the package itself, which re-exports, comes last."""
    package, _, rest = name.partition(".")
    return ORDER[package].index(rest.partition(".")[0]) if rest else len(ORDER[package])


def _unlisted(root: Path) -> list[str]:
    """One sentence for each module that has no place in the order."""
    tops = {name.split(".")[0] + "." + name.split(".")[1] for name in _modules(root) if "." in name}
    return [
        f"{top} has no place in the order of imports: add it to ORDER[{top.partition('.')[0]!r}] in {__file__}."
        for top in sorted(tops)
        if top.partition(".")[2] not in ORDER[top.partition(".")[0]]
    ]


def _backward_imports(root: Path) -> list[str]:
    """One sentence for each import against the order."""
    modules = _modules(root)
    complaints = []
    for name, path in modules.items():
        for target, line in _imports(name, path, set(modules)):
            where = f"{path.relative_to(root)}:{line}"
            source_package, target_package = name.partition(".")[0], target.partition(".")[0]
            if source_package == "polysys" and target_package == "homotopy":
                complaints.append(f"{where}: polysys must never import homotopy, but {name} imports {target}.")
            elif (
                source_package == target_package
                and name.split(".")[:2] != target.split(".")[:2]
                and _rank(target) > _rank(name)
            ):
                complaints.append(f"{where}: {name} comes before {target} in the order, so must not import it.")
    return complaints


def _cycle(root: Path) -> list[str]:
    """The modules of a cycle of imports at load time, or nothing."""
    modules = _modules(root)
    graph = {
        name: {target for target, _ in _imports(name, path, set(modules), in_functions=False) if target != name}
        for name, path in modules.items()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_every_module_has_a_place_in_the_order() -> None:
    assert not _unlisted(ROOT), "\n".join(_unlisted(ROOT))


def test_imports_go_one_way() -> None:
    assert not _backward_imports(ROOT), "\n".join(_backward_imports(ROOT))


def test_no_cycle_of_imports() -> None:
    assert not _cycle(ROOT), " imports ".join(_cycle(ROOT))


def test_no_python_file_is_too_long() -> None:
    folders = ("polysys", "homotopy", "tests", "docs", "scripts")
    files = itertools.chain.from_iterable((ROOT / folder).rglob("*.py") for folder in folders)
    lengths = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    too_long = [f"{path} has {n} lines; split it below {MAX_LINES}." for path, n in lengths.items() if n > MAX_LINES]
    assert not too_long, "\n".join(too_long)


SWITCHED_OFF = re.compile(r"# (type: ignore|noqa)|except (Base)?Exception\b|suppress\((Base)?Exception\)")
WITH_REASON = re.compile(r"# (type: ignore\[[\w, -]+\]|noqa: [A-Z0-9, ]+) +[#-] \w|Exception.*: +# \w")


def test_what_switches_a_check_off_says_why() -> None:
    """Markers for linters and excepts that catch all: the reason stands on the line."""
    for folder in ("polysys", "homotopy", "tests", "scripts"):
        for path in (ROOT / folder).rglob("*.py"):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if SWITCHED_OFF.search(line) and path != Path(__file__):
                    assert WITH_REASON.search(line), f"{path.relative_to(ROOT)}:{number} gives no reason: {line.strip()}"


def _write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("polysys/tape.py", "import homotopy.errors\n"),
        ("polysys/tape.py", "def f():\n    from homotopy import errors\n"),
        ("polysys/tape.py", "from polysys import landscape\n"),
        ("polysys/tape.py", "from .landscape import Landscape\n"),
        ("polysys/tape.py", "from polysys import Landscape\n"),
        ("polysys/tape.py", "import polysys.models.expression\n"),
        ("polysys/models/expressions.py", "from ..theory import parse\n"),
        ("homotopy/engines/phcpack/client.py", "from ...solving import rounds\n"),
    ],
)
def test_an_import_against_the_order_is_noticed(tmp_path: Path, file: str, text: str) -> None:
    stubs = ["polysys/__init__.py", "polysys/landscape.py", "homotopy/__init__.py", "homotopy/errors.py"]
    _write(tmp_path, {**dict.fromkeys(stubs, ""), file: text})
    assert len(_backward_imports(tmp_path)) == 1


def test_imports_along_the_order_are_left_alone(tmp_path: Path) -> None:
    _write(
        tmp_path,
        {
            "polysys/__init__.py": "from polysys.tape import Tape\nfrom . import models\n",
            "polysys/tape.py": "import ast\nfrom polysys.errors import PolysysError\nfrom .errors import InputError\n",
            "polysys/models/__init__.py": "from ._shared import f\n",
            "polysys/models/_shared.py": "from .. import tape\n",
            "homotopy/cli.py": "import polysys as ps\nfrom homotopy.errors import HomotopyError\n",
        },
    )
    assert not _backward_imports(tmp_path)
    assert not _cycle(tmp_path)


def test_a_cycle_inside_a_subpackage_is_noticed(tmp_path: Path) -> None:
    _write(
        tmp_path, {"homotopy/engines/a.py": "from . import b\n", "homotopy/engines/b.py": "import homotopy.engines.a\n"}
    )
    assert set(_cycle(tmp_path)) == {"homotopy.engines.a", "homotopy.engines.b"}


def test_a_module_without_a_place_is_named(tmp_path: Path) -> None:
    _write(tmp_path, {"polysys/stray.py": "", "polysys/models/new_family.py": ""})
    assert [sentence.split()[0] for sentence in _unlisted(tmp_path)] == ["polysys.stray"]


# What few commands need, and what importing the packages or starting the command line does not need at all.
FEW = ["matplotlib", "networkx", "numba", "pandas", "scipy.integrate", "scipy.optimize", "scipy.spatial", "scipy.stats", "sklearn", "torch"]
ALL = [*FEW, "flint", "msgspec", "numpy", "pyarrow", "pytest", "scipy", "sympy", "tqdm"]


@pytest.mark.parametrize(
    ("imported", "heavy"),
    [
        ("polysys, homotopy", ALL),
        ("homotopy.cli", ALL),
        ("homotopy.counting.count, homotopy.counting.files.saved_census, polysys.models.torch_networks", [*FEW, "pyarrow", "scipy"]),
        ("homotopy.ensembles.run, homotopy.estimators, homotopy.plots, homotopy.tables.table, homotopy.counting.files.recheck", FEW),
    ],
)
def test_what_an_import_does_not_load(imported, heavy):
    code = f"import sys, {imported}; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert result.stdout == "[]\n"


def _shown_to_type_checkers(package: ModuleType) -> dict[str, object]:
    """What the imports under ``if TYPE_CHECKING`` in a package bind."""
    assert package.__file__ is not None
    tree = ast.parse(Path(package.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    names: dict[str, object] = {}
    exec(compile(ast.Module(block.body, []), package.__file__, "exec"), names)
    return {name: value for name, value in names.items() if not name.startswith("_")}


@pytest.mark.parametrize("package", [polysys, homotopy])
def test_type_checkers_see_what_the_package_offers(package):
    shown = _shown_to_type_checkers(package)
    assert sorted(shown) == package.__all__
    assert [name for name, value in shown.items() if getattr(package, name) is not value] == []
    assert set(package.__all__) <= set(dir(package))


def test_a_replaced_function_is_replaced_everywhere_and_comes_back(monkeypatch):
    census, load = homotopy.census, homotopy.load
    with monkeypatch.context() as patch:
        patch.setattr(homotopy, "census", print)
        patch.setattr("homotopy.counting.files.saved_census.load", print)
        assert homotopy.census is print
        assert homotopy.load is print
    assert homotopy.census is census
    assert homotopy.load is load


def test_what_a_package_does_not_offer_is_an_attribute_error():
    assert not hasattr(homotopy, "censsus")
    with pytest.raises(AttributeError, match="module 'polysys' has no attribute 'Spere'"):
        polysys.Spere


def test_the_top_of_the_house_is_small():
    files = {p.stem for p in (ROOT / "homotopy").glob("*.py")} - {"__init__"}
    rooms = {p.parent.name for p in (ROOT / "homotopy").glob("*/__init__.py")}
    assert len(files) <= MOST_FILES and len(rooms) <= MOST_ROOMS
    for package, order in ORDER.items():
        there = {p.stem for p in (ROOT / package).glob("*.py")} | {p.parent.name for p in (ROOT / package).glob("*/__init__.py")}
        assert there - {"__init__"} == set(order)


@pytest.mark.parametrize("package", [polysys, homotopy])
def test_no_module_bears_the_name_of_a_public_function(package):
    functions = {name for name in package.__all__ if callable(getattr(package, name))}
    named = [module for module in _modules(ROOT) if module.split(".")[0] == package.__name__ and module.split(".")[-1] in functions]
    assert named == []


@pytest.mark.parametrize("package", ["polysys", "homotopy"])
def test_a_room_s_init_holds_its_docstring_and_its_names(package):
    """Nothing is defined in it, so that importing a room costs nothing that a reader does not see."""
    for path in (ROOT / package).glob("*/**/__init__.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path
        if path.parent.name != "cli":  # the entry point, which must begin before anything else is imported
            for node in tree.body[1:]:
                is_all = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
                assert isinstance(node, ast.ImportFrom) or is_all, f"{path}:{node.lineno}"


def test_no_other_room_asks_for_the_class_of_a_family():
    """What depends on the family is a hook of its model, so that a new family is one file and one line of the registry."""
    classes = {model.__name__ for model in MODELS.values()} | {"SequentialNetwork", "Network", "LayeredForm"}
    asked = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for name, path in _modules(ROOT).items()
        if not name.startswith("polysys.models.")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "issubclass")
        if classes & {n.id for n in ast.walk(node.args[1]) if isinstance(n, ast.Name)}
    ]
    assert asked == []


def test_no_name_with_an_underscore_leaves_its_folder():
    """``from homotopy.a.b import _c`` is for modules beside b only."""
    strays = []
    for name, path in _modules(ROOT).items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ORDER:
                parts = [*(node.module or "").split("."), *(a.name for a in node.names)]
                folder = (node.module or "").rpartition(".")[0]
                if any(p.startswith("_") and not p.startswith("__") for p in parts) and not name.startswith(folder):
                    strays.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert strays == []
