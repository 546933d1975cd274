"""Adds up the results that the test binaries wrote: "N passed, N failed, N skipped".

count_tests.py FOLDER NAME...: a binary NAME that left no NAME.json crashed, and counts as one failure.
"""
import json
import pathlib
import sys

folder, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
passed = failed = skipped = 0
for name in names:
    if not (folder / f"{name}.json").exists():
        failed += 1
        print(f"failed: {name} ended without a result")
for path in sorted(folder.glob("*.json")):
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
