# SPDX-License-Identifier: EUPL-1.2
"""What is installed is enough to write an adapter by: from headers, kit and pkg-config file alone, in a folder of its own, the
template is copied, renamed, compiled and tried, with not one file of this tree. Usage: installed.py BUILD POKANA [CC-ARGUMENT...]."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BUILD, POKANA, COMPILER = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3:]


def run(*words: str | Path, **more) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise AssertionError(f"{words[0]}: {done.stdout}{done.stderr}")
    return done.stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory(prefix="pokana-installed-")
        cls.root = Path(cls.folder.name) / "root"
        run("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", cls.root)
        cls.found = next(cls.root.rglob("pokana-adapter.pc"))

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def pkg_config(self, *words: str) -> str:
        at = {"PKG_CONFIG_PATH": str(self.found.parent), "PKG_CONFIG_SYSROOT_DIR": str(self.root)}
        return run("pkg-config", *words, "pokana-adapter", env=os.environ | at).strip()

    def template(self) -> Path:
        said = self.pkg_config("--variable=template")
        return Path(said) if said.startswith(str(self.root)) else self.root / said.lstrip("/")

    def test_the_template_is_compiled_and_tried_apart_from_the_tree(self) -> None:
        mine = Path(self.folder.name) / "mine"
        mine.mkdir()
        source = (self.template() / "template.c").read_text()
        self.assertEqual(source.count('.name = "template"'), 1)
        (mine / "mine.c").write_text(source.replace('.name = "template"', '.name = "mine"'))
        flags = shlex.split(self.pkg_config("--cflags")), shlex.split(self.pkg_config("--libs"))
        self.assertIn(str(self.root), flags[0][0], "the headers are those that were installed")
        run(*COMPILER, "-shared", "-Wall", "-Wextra", "-Werror", *flags[0], "mine.c", *flags[1], "-o", "mine.so", cwd=mine)
        told = run(POKANA, "adapters", "test", "./mine.so", "--cases", self.template() / "cases", cwd=mine)
        self.assertRegex(told, r"(?m)^[1-9]\d* passed, 0 failed$")
        # Where it is put, and how the gateway gets to know it.
        said = self.pkg_config("--variable=adapterdir")
        folder = Path(said) if said.startswith(str(self.root)) else self.root / said.lstrip("/")
        self.assertTrue(folder.is_dir(), "the folder is there")
        run("install", "-m", "644", mine / "mine.so", folder)
        (mine / "pokana.conf").write_text(f"[gateway]\norganisation = Voorbeeld\nadapters = {folder}\n")
        self.assertRegex(run(POKANA, "--config", mine / "pokana.conf", "adapters"), r"(?m)^mine +1 +exchange +sms ")
        run(sys.executable, Path(__file__).with_name("imports.py"), "--module", mine / "mine.so")

    def test_every_header_stands_by_itself(self) -> None:
        include = next(self.root.rglob("include/pokana-adapter"))
        headers = sorted(str(path.relative_to(include)) for path in include.rglob("*.h"))
        self.assertGreater(len(headers), 15)
        for header in headers:
            run(*COMPILER, "-fsyntax-only", "-std=c17", "-Wall", "-Wextra", "-Werror", "-I", include, "-x", "c", "-",
                input=f'#include "{header}"\n')


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
