"""Sabotage of the project itself: each fault, put into a copy of it, must make ``study check`` fail and say where.

``python tests/campaigns/sabotage.py`` copies the checkout, applies one fault at a time, runs the gate on what the fault
concerns, and writes docs/sabotage.md. Names of faults, or parts of them, limit it to these; nothing is written then.
Where the stored tables were made under another numerical fingerprint, the copy's are made anew before the first fault.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "sabotage.md"
COPIED = ("study", "experiments", "results", "pyproject.toml")
HEAD = """# Sabotage

Faults put into a copy of the project, one at a time, and the line by which `study check` refuses it. Written by
`python tests/campaigns/sabotage.py`.{where}

| fault | file | checked | refused with |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        name: what it is.
        file: the file that it is put into; a pattern, of which the first file is taken.
        old: what stands there, once.
        new: what is put in its place.
        check: the experiment that is checked.
        says: what a line of the gate must match: problem, format and table, as far as there are any.
        sealed: whether the digest of the file is written anew, as by somebody who knows of it.
    """

    name: str
    file: str
    old: str
    new: str
    check: str
    says: str
    sealed: bool = False


PROBLEMS, ENGINE = "study/problems", "study/certified/engine"
FAULTS = (
    Fault("softmax shifted by half the maximum", f"{PROBLEMS}/softmax.py",
          "terms = xp.exp(x - xp.max(x, axis=-1, keepdims=True))",
          "terms = xp.exp(x - xp.max(x, axis=-1, keepdims=True) / 2)",
          "softmax_range", r"softmax_range/sweep.*softmax shifted"),
    Fault("logsumexp by log(1 + s)", f"{PROBLEMS}/logsumexp.py",
          "return top + xp.log1p(total)", "return top + xp.log(1 + total)",
          "near_zero", r"near_zero/normalised.*logsumexp log1p.*float"),
    Fault("labels swapped in a loss", f"{PROBLEMS}/binary_cross_entropy_with_logits.py",
          "xp.where(x > 0, 1 - y, y) +", "xp.where(x > 0, y, 1 - y) +",
          "binary", r"binary/logits.*binary_cross_entropy_with_logits weighted.*float"),
    Fault("a mean over one observation too few", f"{PROBLEMS}/mean_nll.py",
          "return total(each) / count", "return total(each) / (count - (count > 1))",
          "batch_mean", r"batch_mean/sweep.*mean_nll.*float"),
    Fault("an algorithm that is no longer naive", f"{PROBLEMS}/log_sigmoid.py",
          "def naive(x: Any) -> Any:", "def naive(x: Any) -> Any:\n    return two_branch.function(x)\n",
          "binary", r"binary/logits.*log_sigmoid naive.*float"),
    Fault("faithful subtracts where it adds", f"{PROBLEMS}/logsumexp.py",
          "return a.number(top) + tail, a", "return a.number(top) - tail, a",
          "near_zero", r"near_zero/normalised.*logsumexp faithful.*float"),
    Fault("a condition number twice as large", f"{PROBLEMS}/logsumexp.py",
          "sensitivity=lambda x, value: largest(x)", "sensitivity=lambda x, value: 2 * largest(x)",
          "near_zero", r"near_zero/normalised.*logsumexp naive float16"),
    Fault("a bound a thousand times too large", "study/problems/bounds/softmax.py",
          "c = shifted_sum(form, x) + range_ + k + 1", "c = 1000 * (shifted_sum(form, x) + range_ + k + 1)",
          "softmax_range", r"softmax_range/sweep.*softmax shifted.*bound"),
    Fault("a bound a hundred times too small", "study/problems/bounds/likelihood.py",
          "return _log_sum(form, args, args[0].shape[-1] - 1 + elementary(form))",
          "return _log_sum(form, args, (args[0].shape[-1] - 1 + elementary(form)) / 100)",
          "product_underflow", r"product_underflow/sweep.*log_likelihood sum_log in float.*times its a-priori bound"),
    Fault("log 2 off in its 60th bit", f"{ENGINE}/tables.py",
          "LN2_HI, LN2_LO = words(mpmath.log(2), 2)",
          "LN2_HI, LN2_LO = words(mpmath.log(2) * (1 + mpmath.mpf(2) ** -60), 2)",
          "product_underflow", r"product_underflow/sweep \(\w+, .*log_likelihood: .* is exact"),
    Fault("a coefficient of exp off in its 40th bit", f"{ENGINE}/tables.py",
          "EXP = [words(1 / mpmath.factorial(n), 2)",
          "EXP = [words(1 / mpmath.factorial(n) * (1 + (n == 3) * mpmath.mpf(2) ** -40), 2)",
          "near_zero", r"near_zero/\w+ \(\w+, .*: .* is exact"),
    Fault("the definition of the truth changed", f"{PROBLEMS}/nll.py",
          "-logs.definition(a, x)(target)", "-logs.definition(a, x)(0)",
          "softmax_range", r"softmax_range/\w+ \(\w+, .*nll: .* is exact"),
    Fault("a narrower range of float16", "study/formats/format.py",
          "- 1 - special - self.bias", '- 1 - special - self.bias - (self.name == "float16")',
          "product_underflow", r"product_underflow/\w+.*float16"),
    Fault("rounding down for to nearest", "study/formats/format.py",
          "grid.rounded(self, values, np.rint)", "grid.rounded(self, values, np.floor)",
          "multilabel", r"multilabel/sweep.*multilabel_nll.*float"),
    Fault("ulps twice as large", "study/certified/due.py",
          "self.form.emin) - self.form.p + 1)", "self.form.emin) - self.form.p + 2)",
          "multilabel", r"multilabel/sweep.*multilabel_nll.*float.*max_ulp"),
    Fault("a wide accumulator that is not wide", "study/arithmetic/reductions.py",
          "wide.bits > form.bits", "wide.bits >= form.bits",
          "multilabel", r"multilabel/sweep.*multilabel_nll wide float16"),
    Fault("compensation with the wrong sign", "study/arithmetic/reductions.py",
          "corrected = plain + sequential_sum(error)", "corrected = plain - sequential_sum(error)",
          "product_underflow", r"product_underflow/sweep.*log_likelihood compensated.*float"),
    Fault("another seed", "experiments/multilabel.py",
          'parameter="n",', 'parameter="n",\n            seed="another",',
          "multilabel", r"multilabel/sweep.*multilabel_nll naive float16"),
    Fault("a family that is drawn from less", "study/inputs/families.py",
          "rng.uniform(low, high, (rows, n))", "rng.uniform(low, high - 1e-4, (rows, n))",
          "product_underflow", r"product_underflow/sweep.*likelihood.*float"),
    Fault("a value that is left out of a sweep", "experiments/multilabel.py",
          "30, 37, 100", "30, 100", "multilabel", r"multilabel/sweep: \d+ rows"),
    Fault("a median that is none", "study/measurement/case.py",
          "QUANTILES = (0.5, 0.99)", "QUANTILES = (0.4, 0.99)",
          "multilabel", r"multilabel/sweep.*multilabel_nll.*float.*median_ulp"),
    Fault("a stored number", "results/near_zero/normalised.csv", "faithful,float16", "faithful,float32",
          "worked_example", r"results/near_zero/normalised.csv is not as it was written"),
    Fault("a stored number, its digest written anew", "results/multilabel/sweep.csv", ",20,", ",21,",
          "multilabel", r"multilabel/sweep: row \d+ \(multilabel_nll \w+ float16.*is stored", sealed=True),
    Fault("a stored count of every input, its digest written anew", "results/exhaustive/softplus_float16/summary.csv",
          "65536,65536", "65536,65535",
          "worked_example", r"softplus_float16/summary.csv: softplus naive in float16 has 65,535 results", sealed=True),
    Fault("a library's stored row sum", "results/libraries_all/row_sums.csv", "16.0", "6.0",
          "worked_example", r"results/libraries_all/row_sums.csv is not as it was written"),
    Fault("a baseline", "results/baseline/*.csv", "median_ulp,0.", "median_ulp,1.",
          "worked_example", r"results/baseline/.*csv is not as it was written"),
    Fault("the uses of bounds", "results/bounds/used.csv", ",float16,0.", ",float16,0.0",
          "worked_example", r"results/bounds/used.csv is not as it was written"),
)  # fmt: skip


FINGERPRINTS = """
from study.runs import store
from study.runs.fingerprint import fingerprint
print(fingerprint(), store.numerics_of("multilabel"))
"""


def ours(copy: Path) -> str:
    """Make the copy's tables and baseline this machine's where they are another's; says so in words."""

    def run(*command: str) -> str:
        return subprocess.run([sys.executable, *command], cwd=copy, check=True, capture_output=True, text=True).stdout

    here, stored = run("-c", FINGERPRINTS).split()
    if here == stored:
        return ""
    run("-m", "study", "run")
    run("-m", "study", "baseline")
    return f" The copy's tables were made anew first, under the\nfingerprint {here}; those stored here are of {stored}."


def tried(fault: Fault, copy: Path) -> str:
    """The gate's line on a fault; empty where it passes or says something else."""
    path = min(copy.glob(fault.file))
    text = path.read_text(encoding="utf-8")
    if not fault.old or fault.old not in text:
        raise ValueError(f"{fault.name}: {fault.file} has no {fault.old!r}")
    path.write_text(text.replace(fault.old, fault.new, 1), encoding="utf-8")
    record = path.with_name("digests.json")
    digests = record.read_text(encoding="utf-8") if fault.sealed else ""
    if fault.sealed:
        known = json.loads(digests) | {path.name: [hashlib.sha256(path.read_bytes()).hexdigest()]}
        record.write_text(json.dumps(known), encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "study", "check", fault.check],
            cwd=copy, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        path.write_text(text, encoding="utf-8")
        if fault.sealed:
            record.write_text(digests, encoding="utf-8")
    lines = [
        line for line in (done.stdout + done.stderr).replace("\r", "\n").splitlines() if re.search(fault.says, line)
    ]
    return lines[0] if done.returncode == 1 and lines else ""


def main(names: list[str]) -> int:
    """Try the faults; returns how many are not seen."""
    chosen = [fault for fault in FAULTS if not names or any(name in fault.name for name in names)]
    rows, unseen = [], 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy2)(ROOT / name, copy / name)
        where = ours(copy)
        for fault in chosen:
            line = tried(fault, copy)
            unseen += not line
            sys.stdout.write(f"{'refused' if line else 'NOT SEEN':9} {fault.name}: {line[:150]}\n")
            sys.stdout.flush()
            shown = line.removeprefix("Error: ").replace("|", "\\|")
            rows.append(f"| {fault.name} | `{fault.file}` | `study check {fault.check}` | {shown[:200]} |\n")
    if not names:
        count = f"\n{len(rows) - unseen} of {len(rows)} are refused.\n"
        TABLE.write_text(HEAD.format(where=where) + "".join(rows) + count, encoding="utf-8")
    return unseen


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
