"""The documentation agrees with the code: command lines, settings, metrics, paths and names."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from mlp_live.cli.commands import cli
from mlp_live.live.server_context import ServerContext
from mlp_live.settings import Settings
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import config_fields

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "app" / "mlp_live"
OUTSIDE = ["README.md", "CONTRIBUTING.md", "SECURITY.md"]  # of the site that is built
PAGES = [*(ROOT / name for name in OUTSIDE), *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text() for page in PAGES}

COMMAND_LINE = re.compile(r"(?:^ *|`)(mlp-live(?: [^`\n#]*)?)", re.MULTILINE)
SETTING = re.compile(r"MLP_LIVE_[A-Z_]*[A-Z]")
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)+/?|[\w-]+/)`")
# “`name` in `path`”, “`name` and `other` in `path`”
DEFINED = re.compile(r"((?:`[\w.]+`(?:, | and )?)+) in `([\w./-]+\.(?:py|js))`")


def command_lines():
    """The arguments of every command line in the documentation."""
    for page, text in TEXTS.items():
        for line in COMMAND_LINE.findall(text.replace("\\\n", " ")):
            yield page, shlex.split(line)[1:]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(arguments, id=f"{page}: mlp-live {' '.join(arguments)}")
        for page, arguments in command_lines()
    ],
)
def test_every_command_line_in_the_documentation_is_accepted(arguments):
    """Its options are parsed, but the command does not run."""
    group = typer.main.get_group(cli)
    match arguments:
        case [] | ["--version"] | ["--help"]:
            return
        case [name] | [name, "--help"]:
            assert name in group.commands
            return
    name, *rest = arguments
    with group.commands[name].make_context(name, rest) as context:
        given = {k: v for k, v in context.params.items() if k in config_fields() and v is not None}
        if name in ("train", "gradcheck") and context.params["data"] is None:
            RunConfig.model_validate(given)


def test_the_guide_shows_every_command():
    shown = {words[0] for page, words in command_lines() if page == "docs/guide.md" and words}
    assert set(typer.main.get_group(cli).commands) <= shown


def test_every_setting_is_documented_and_every_documented_setting_exists():
    settings = {f"MLP_LIVE_{name.upper()}" for name in Settings.model_fields}
    assert set(SETTING.findall(TEXTS["docs/deployment.md"])) == settings
    for page, text in TEXTS.items():
        assert set(SETTING.findall(text)) <= settings, page


def test_every_metric_is_documented_and_every_documented_metric_exists():
    context = ServerContext(Settings(workers=1))
    context.close()
    metrics = {
        f"{metric.name}_total" if metric.type == "counter" else metric.name
        for metric in context.telemetry.registry.collect()
        if metric.name.startswith("mlp_live_")
    }
    assert set(re.findall(r"`(mlp_live_[a-z_]+)`", TEXTS["docs/deployment.md"])) == metrics


def test_every_make_target_in_the_documentation_exists():
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page, text in TEXTS.items():
        named = set(re.findall(r"(?:`|^ *)make ([a-z-]+)", text, re.MULTILINE))
        assert named <= targets, page


@pytest.mark.parametrize("document", OUTSIDE)
def test_every_link_of_the_pages_outside_docs_leads_somewhere(document):
    """The build of the documentation checks the links in docs."""
    links = re.findall(r"\]\(([^)#]+)|(?:src|srcset)=\"([^\"]+)", TEXTS[document])
    assert links
    for link in ("".join(pair) for pair in links):
        assert link.startswith("https://") or (ROOT / link).exists(), link


def locate(path):
    """The file or folder that the documentation means, relative to one of the source roots."""
    folders = [ROOT, PACKAGE, ROOT / "static" / "js"]
    return next((folder / path for folder in folders if (folder / path).exists()), None)


@pytest.mark.parametrize("document", TEXTS)
def test_every_path_in_the_documentation_exists(document):
    missing = [path for path in PATH.findall(TEXTS[document]) if locate(path) is None]
    assert not missing


def test_every_name_in_the_architecture_is_defined_where_it_says():
    found = DEFINED.findall(TEXTS["docs/architecture.md"])
    assert len(found) > 20
    missing = []
    for names, path in found:
        file = locate(path)
        source = file.read_text() if file else ""
        for name in re.findall(r"`([\w.]+)`", names):
            last = re.escape(name.split(".")[-1])
            keyword = r"\b(def|class|function|const|type)"
            defined = rf"{keyword} {last}\b|^{last}\b.*=|^  (async )?{last}\("
            if not re.search(defined, source, re.MULTILINE):
                missing.append(f"{name} in {path}")
    assert not missing
