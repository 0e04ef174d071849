"""The rules of the house, read off the source itself, and the README, run as it stands."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from conftest import environment
from samples import RAW

from transforms import PIPELINE_VERSION

ROOT = Path(__file__).parent.parent
MOST_LINES = 400
# The compiler and the loops take half a second, which only those who sign or split shall pay.
LOADED_LATE = {"transforms.compiled", "transforms.quality", "transforms.sign", "transforms.words"}
FORBIDDEN_IN_TRANSFORMS = {
    "flows", "prefect", "os", "pathlib", "logging", "random", "io", "time", "subprocess", "shutil",
    "tempfile", "socket", "urllib.request", "pyarrow.parquet", "deltalake", "duckdb",
}  # fmt: skip
# Calls that touch the world: by plain name, and as a method.
FORBIDDEN_CALLS = {"open", "print", "input", "eval", "exec", "breakpoint"}
FORBIDDEN_METHODS = {"now", "today", "utcnow", "read_bytes", "read_text", "write_bytes", "write_text", "getLogger"}
# What only the door to raw files does.
READING = {"read_bytes", "scandir", "walk", "glob", "rglob"}


def modules() -> dict[str, Path]:
    """Every module of the two packages, by its dotted name; a package by its own."""
    found = {}
    for package in ("flows", "transforms"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


MODULES = modules()
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def imported(name: str) -> Iterator[tuple[str, int]]:
    """The modules that a module imports, with the line; of `from package import module` the module."""
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name}:{node.lineno} imports relatively"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole if whole in MODULES else str(node.module)), node.lineno


def calls(name: str) -> Iterator[tuple[str, bool, int]]:
    """What a module calls: the last part of its name, whether it is a method, the line."""
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id, False, node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, True, node.lineno


def is_within(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def test_every_package_is_installed() -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    found = {name for name, path in MODULES.items() if path.name == "__init__.py"}
    assert set(named) == found


def test_both_packages_were_found() -> None:
    assert {"flows.pipeline", "flows.landing", "flows.warehouse", "transforms", "transforms.records"} <= MODULES.keys()
    assert ("flows.landing", True) in {(module, True) for module, _ in imported("flows.pipeline")}


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("transforms")])
def test_transforms_are_pure(name: str) -> None:
    wrong = [f"line {line}: {module}" for module, line in imported(name) if is_within(module, FORBIDDEN_IN_TRANSFORMS)]
    wrong += [
        f"line {line}: {called}()"
        for called, method, line in calls(name)
        if called in (FORBIDDEN_METHODS if method else FORBIDDEN_CALLS)
    ]
    assert not wrong


def test_only_the_command_line_imports_inside_functions() -> None:
    """It does so that help is there at once; the first such line of each function says why. Few others may."""
    for name, tree in TREES.items():
        lines = MODULES[name].read_text(encoding="utf-8").splitlines()
        for function in (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)):
            inner = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
            said = [lines[node.lineno - 1] for node in inner]
            late = name.startswith("flows.commands.") or name in LOADED_LATE
            assert not said or late, f"{name}.{function.name} imports inside"
            assert all("# noqa: PLC0415" in line for line in said)
            assert not said or re.search(r"# noqa: PLC0415 - \w+", said[0]), f"{function.name} does not say why"


def test_no_module_needs_itself() -> None:
    graph = {name: {module for module, _ in imported(name) if module in MODULES} for name in MODULES}
    assert sum(map(len, graph.values())) > len(graph)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize(
    ("package", "door"),
    [("deltalake", {"flows.failures", "flows.warehouse"}), ("obstore", {"flows.objects.store"}),
     ("duckdb", {"flows.query"}), ("typer", {"flows.commands"}),
     ("distributed", {"flows.cluster.scheduler"}), ("prefect_dask", {"flows.cluster.flow"}),
     ("prefect", {"flows.api", "flows.cluster.flow", "flows.deployed", "flows.hooks", "flows.ingest"}),
     ("filelock", {"flows.lock"})],
)  # fmt: skip
def test_one_door_for_each_store(package: str, door: set[str]) -> None:
    found = {name for name in MODULES for module, _ in imported(name) if is_within(module, {package})}
    assert all(is_within(name, door) for name in found)


def test_only_the_landing_reads_raw_dumps() -> None:
    reading = {
        f"{name}:{line} {called}"
        for name in MODULES
        if name.startswith("flows") and name != "flows.landing"
        for called, method, line in calls(name)
        if (method and called in READING) or (called == "open" and not method)
    }
    assert not reading


@pytest.mark.parametrize("name", MODULES)
def test_what_is_public_says_what_it_is(name: str) -> None:
    assert ast.get_docstring(TREES[name]), "the module says nothing of itself"
    silent = [node.name for node in public(TREES[name]) if not ast.get_docstring(node)]
    assert not silent


def public(holder: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in holder.body:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


@pytest.mark.parametrize("name", MODULES)
def test_no_file_is_too_long_to_read(name: str) -> None:
    assert len(MODULES[name].read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_one_version() -> None:
    assert project()["version"] == PIPELINE_VERSION


def test_what_is_imported_is_required() -> None:
    found = project()
    lines = [*found["dependencies"], *found["optional-dependencies"]["cluster"]]
    required = {re.split(r"[^\w-]", line)[0].lower() for line in lines}
    tops = {module.partition(".")[0] for name in MODULES for module, _ in imported(name)}
    others = tops - set(sys.stdlib_module_names) - {"flows", "transforms", "__future__"}
    known = packages_distributions()
    missing = {top for top in others if not required & {name.lower().replace("_", "-") for name in known[top]}}
    assert not missing


def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def blocks(*languages: str) -> list[str]:
    """The code blocks of the README in these languages."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return [
        body for kind, body in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL) if kind in languages
    ]


def commands(block: str) -> Iterator[str]:
    """The commands of a block that begin with `winnow`, after a prompt or not, with the lines that continue them."""
    lines = iter(block.splitlines())
    for line in lines:
        command = line.removeprefix("$ ")
        while command.endswith("\\") or command.count('"') % 2:
            command += "\n" + next(lines)
        if re.match(r"winnow\s", command):
            yield command


def test_commands_are_found_in_a_block() -> None:
    block = '$ winnow ingest  # all\nrun 1\n$ make run\nwinnow query "select 1\n  from posts" \\\n  --csv\nwinnowed\n'
    assert list(commands(block)) == ["winnow ingest  # all", 'winnow query "select 1\n  from posts" \\\n  --csv']


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a reader of the README has it, after its commands were run in their order."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(RAW, folder / "raw")
    return folder


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        command, cwd=folder, env=environment({"PATH": path}), capture_output=True, encoding="utf-8", check=False
    )


def test_every_command_of_the_readme_runs(desk: Path) -> None:
    found = [command for block in blocks("console", "sh", "bash", "shell") for command in commands(block)]
    assert {"ingest", "verify", "query"} <= {command.split()[1] for command in found}
    for command in found:
        done = run(["sh", "-c", command], desk)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def test_the_python_of_the_readme_runs(desk: Path) -> None:
    """Its blocks are read as one program, from the first to the last."""
    if not (desk / "warehouse").exists():
        run(["winnow", "ingest"], desk)
    found = "\n".join(blocks("python", "py"))
    assert found
    done = run([sys.executable, "-W", "error", "-c", found], desk)
    assert done.returncode == 0, f"{found}\n{done.stderr}"
