"""The processes that are measured: contestants that play rounds over a pipe, and whole programs that are watched."""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time


def fail(message):
    sys.exit("error: " + message)


class Process:
    """A child whose JSON lines are noted with the time at which they came. Other lines are passed over."""

    def __init__(self, command):
        self.command = [str(part) for part in command]
        self.errors = tempfile.TemporaryFile("w+")
        self.started = time.monotonic()
        self.child = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                      text=True)
        self.lines = queue.Queue()  # (seconds since the start, object); None at the end
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            came = time.monotonic() - self.started
            try:
                said = json.loads(line)
            except ValueError:
                continue
            self.lines.put((came, said))
        self.lines.put(None)

    def events(self):
        """Everything it says until it ends; fails when it ended badly."""
        while (line := self.lines.get()) is not None:
            yield line
        self.end()

    def wait_for(self, is_it):
        """The first line for which `is_it` holds, with its time."""
        for line in self.events():
            if is_it(line[1]):
                return line
        fail(f"`{' '.join(self.command)}` ended without a result")

    def drain(self):
        """Waits for its end."""
        for _ in self.events():
            pass

    def end(self):
        self.child.stdin.close()
        if self.child.wait():
            self.errors.seek(0)
            fail(f"`{' '.join(self.command)}` failed:\n{self.errors.read().strip()}")

    def stop(self):
        """For a way out by an error: leaves nothing running."""
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()


class Contestant(Process):
    """Stays warm between rounds, waiting on its standard input."""

    def __init__(self, command):
        super().__init__(command + ["--pipe"])
        self.ready = self.wait_for(lambda said: said.get("event") == "ready")[1]

    def play_round(self, seconds):
        self.child.stdin.write(f"{seconds}\n")
        self.child.stdin.flush()
        return self.wait_for(lambda said: said.get("event") == "round")[1]["images_per_second"]


def is_record(said):
    """A record of `dcgan train --json`; events have a name instead."""
    return "images_per_second" in said and "event" not in said


def descendants(pid):
    """The process and all below it: a Python program decodes in processes of its own."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as file:
                    parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])  # after the name, which may hold anything
            except OSError:
                continue  # it has just ended
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def resident(pid):
    """(RssAnon, RssFile) in MB. With processes below it their sum, a page that several share divided among them."""
    family = descendants(pid)
    source, names = ("status", ("RssAnon", "RssFile")) if len(family) == 1 else ("smaps_rollup", ("Pss_Anon", "Pss_File"))
    sums = dict.fromkeys(names, 0)
    for one in family:
        try:
            with open(f"/proc/{one}/{source}") as file:
                for line in file:
                    name, _, value = line.partition(":")
                    if name in sums:
                        sums[name] += int(value.split()[0]) * 1024 / 1e6  # the system says kB and means KiB
        except OSError:
            continue  # it has just ended
    return tuple(sums.values())


def watch_memory(process, images_of, every=0.5):
    """Samples (images so far, RssAnon, RssFile) until it ends. `images_of(line)` is a count or None."""
    samples, images, over = [], 0, False
    while not over:
        anonymous, of_files = resident(process.child.pid)
        if anonymous:  # 0: it has ended, or has not begun
            samples.append((images, anonymous, of_files))
        until = time.monotonic() + every
        while (left := until - time.monotonic()) > 0:
            try:
                line = process.lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                over = True
                break
            images = images_of(line[1]) or images
    process.end()
    return samples
