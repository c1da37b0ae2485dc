"""Bring the table.json of a table from format version 1 to 2: python v1_to_v2.py FOLDER. Needs the standard library only.

Version 1 knew tables of samples only. Version 2 says what a row is (`kind`) and which columns name it (`key`), so that tables of
generic counts and of published numbers have a place. Rows and certificates stay as they are.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any


def upgrade(content: dict[str, Any]) -> dict[str, Any]:
    """The members of a table.json of version 1 as members of version 2, with their digest."""
    result = {**content, "version": 2, "kind": "samples", "key": ["model", "sample"]}
    rest = {key: value for key, value in result.items() if key != "sha256"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {**result, "sha256": sha256(text.encode()).hexdigest()}


def main(arguments: list[str]) -> int:
    """Upgrade the folder named on the command line."""
    if len(arguments) != 1:
        print("Usage: python v1_to_v2.py FOLDER", file=sys.stderr)
        return 2
    path = Path(arguments[0]) / "table.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        print(f"{path} cannot be read ({error}).", file=sys.stderr)
        return 2
    if not isinstance(content, dict) or content.get("format") != "stationary-table" or content.get("version") != 1:
        print(f"{path} is no table.json of version 1.", file=sys.stderr)
        return 2
    path.write_text(json.dumps(upgrade(content), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
