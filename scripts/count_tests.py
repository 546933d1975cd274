"""Adds up the results that the test binaries wrote: "N passed, N failed, N skipped".

count_tests.py [--quick] FOLDER NAME...: a binary NAME that left no NAME.xml crashed, and counts as one failure. So does
a test that was skipped for a reason that no machine excuses, unless --quick allows it: a claim that nobody checks.
"""
import pathlib
import re
import sys
import xml.etree.ElementTree

EXCUSED = re.compile(r"no GPU|DCGAN_TEST_TORCHES|root|right to mount"  # root: not everybody is
                     # scripts/setup has a second one from Debian's archive alone
                     + ("" if pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg").exists() else "|cpp-httplib"))

words = sys.argv[1:]
quick = "--quick" in words
folder, *names = [word for word in words if word != "--quick"]
folder = pathlib.Path(folder)
passed = failed = skipped = 0
for name in names:
    if not (folder / f"{name}.xml").exists():
        failed += 1
        print(f"failed: {name} ended without a result")
for path in sorted(folder.glob("*.xml")):
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        title = f"{case.get('classname')}.{case.get('name')}"
        left_out = case.find("skipped")
        if case.find("failure") is not None:
            failed += 1
            print(f"failed: {title}")
        elif left_out is not None or case.get("status") == "notrun":
            reason = (left_out.get("message", "") if left_out is not None else "disabled").split("\n")[-1]
            excused = quick or EXCUSED.search(reason)
            skipped, failed = (skipped + 1, failed) if excused else (skipped, failed + 1)
            print(f"{'skipped' if excused else 'failed: skipped without need'}: {title}: {reason}")
        else:
            passed += 1
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or not passed else 0)
