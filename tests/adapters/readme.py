# SPDX-License-Identifier: EUPL-1.2
"""An adapter's README names every setting its table declares, and the simulator's has its table of magic numbers as the
code has it. Argument: the adapter's folder."""

from __future__ import annotations

import re
import sys
from pathlib import Path

SETTING = re.compile(r'(?:\.name = |TEXT\(|SECRET\(|CHOICE\(|DURATION\(|PK_KIT_[A-Z_]+\()"([a-z0-9_.*]+)"')
BEHAVIOUR = re.compile(r'\{ "(\w+)", "(\d{4})", PK_OUTCOME_(\w+), "\w+", (?:NULL|"([^"]*)") \}')
ROW = re.compile(r"^\| `…(\d{4})` \| `(\w+)` \| (\w+) \| (?:`([^`]*)`)? *\|", re.M)


def main() -> int:
    folder = Path(sys.argv[1])
    code = "".join(path.read_text() for path in sorted(folder.glob("*.c")))
    readme = (folder / "README.md").read_text()
    declared = [name for name in SETTING.findall(code) if name != folder.name]
    missing = [f"setting {name} is not in it" for name in declared if f"`{name}`" not in readme]
    behaviours = [(suffix, name, outcome.lower(), reply or "") for name, suffix, outcome, reply in BEHAVIOUR.findall(code)]
    if behaviours != [tuple(row) for row in ROW.findall(readme)]:
        missing.append("its magic numbers differ from behaviour.c")
    if not declared:
        missing.append("no settings were found in the code")
    for line in missing:
        print(f"{folder.name}/README.md: {line}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
