"""Every module of ours can be imported by itself: there are no circles, not even hidden ones."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

# Forks for each module, from a process that has imported third-party libraries only: they are what takes the time.
SCRIPT = """
import importlib, json, os, sys, traceback
for library in ("babel.dates", "chromadb", "docx", "httpx", "llama_index.core", "llama_index.vector_stores.chroma", "lxml.html",
                "numpy", "openai", "prompt_toolkit", "pypdfium2", "rich.text", "telegram", "tiktoken", "trafilatura", "typer"):
    importlib.import_module(library)
ours = {name for name in sys.modules if name.split(".")[0] in ("bot", "index", "prompts", "config")}
assert not ours, ours
failed = {}
for module in json.load(sys.stdin):
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            importlib.import_module(module)
        except BaseException:
            os.write(writing, traceback.format_exc()[-2000:].encode())
            os._exit(1)
        os._exit(0)
    os.close(writing)
    if os.waitpid(child, 0)[1]:
        failed[module] = os.read(reading, 4000).decode()
    os.close(reading)
json.dump(failed, sys.stdout)
"""


def test_every_module_can_be_imported_alone() -> None:
    files = [path for top in ("bot", "index", "prompts", "config") for path in (ROOT / top).rglob("*.py")]
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in files]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], input=json.dumps(modules), capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {}
    assert len(modules) > 50


def test_importing_the_command_loads_no_heavy_library() -> None:
    script = "import sys, bot.cli.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    heavy = {
        "llama_index",
        "chromadb",
        "telegram",
        "openai",
        "docx",
        "pypdfium2",
        "onnxruntime",
        "lxml",
        "rich",
        "httpx",
    }
    assert heavy.isdisjoint(done.stdout.split())
