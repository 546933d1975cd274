"""Adds up the results that the test binaries wrote: "N passed, N failed, N skipped"."""
import json
import pathlib
import sys

passed = failed = skipped = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    for suite in json.loads(path.read_text())["testsuites"]:
        for case in suite["testsuite"]:
            if case.get("failures"):
                failed += 1
                print(f"failed: {case['classname']}.{case['name']}")
            elif case.get("result") in ("SKIPPED", "SUPPRESSED") or case.get("status") == "NOTRUN":
                skipped += 1
                print(f"skipped: {case['classname']}.{case['name']}")
            else:
                passed += 1
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or not passed else 0)
