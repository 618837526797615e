"""CPU seconds of `guild --help` beside `trl --help`, each in its own environment.

Run:  make bench   (or: .venv/bin/python benchmarks/help_time.py)
Bar:  at most 0.3 CPU s, and not more than twice `trl --help`.
"""

import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
PEOPLE = {
    "guild": [str(Path(sys.executable).parent / "guild"), "--help"],
    "trl": [str(ROOT / ".peers" / "trl" / "bin" / "trl"), "--help"],
}
ROUNDS = 9


def cpu_seconds(command: list[str]) -> float:
    """Run a command and give the CPU time that it took, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Measure all, interleaved, and print medians and the ratio."""
    missing = [name for name, command in PEOPLE.items() if not Path(command[0]).exists()]
    if missing:
        sys.exit(f"not installed: {', '.join(missing)} (make peers)")
    times: dict[str, list[float]] = {name: [] for name in PEOPLE}
    for _ in range(ROUNDS):
        for name, command in PEOPLE.items():
            times[name].append(cpu_seconds(command))
    for name, taken in times.items():
        print(f"{name:6} --help  {median(taken):.3f} CPU s  ({min(taken):.3f} to {max(taken):.3f})")
    print(f"guild / trl    {median(times['guild']) / median(times['trl']):.2f}")


if __name__ == "__main__":
    main()
