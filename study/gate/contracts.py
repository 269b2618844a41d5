"""Contracts of single experiments: where a formula must start to fail in theory, held against where it does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mpmath

from study.formats import Format, get_format

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

NEIGHBOURS = 4
"""How many of the format's numbers a measured threshold may lie off: exp itself is allowed that many ulps."""


def log_overflow(form: Format) -> mpmath.mpf:
    """log((2 - u) 2**emax): from here on exp rounds to infinity in the format that computes."""
    with mpmath.workprec(80):
        return mpmath.log(2 - mpmath.mpf(form.u)) + form.emax * mpmath.log(2)


def overflow_of_exp(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """The naive formulas on [x, 0] fail from the first number above log_overflow on; the shifted softmax never does."""
    for row in tables["first_overflow"].to_dict("records"):
        form = get_format(row["format"])
        case = f"{row['problem']} {row['algorithm']} in {form.name}"
        if row["algorithm"] == "naive":
            due = float(log_overflow(form if form.computes else get_format("float32")))
            room = NEIGHBOURS * float(form.ulp(due))
            if not abs(row["first_logit"] - due) <= room:
                yield f"{case} fails from {row['first_logit']} on; {due:.6g} is where exp overflows"
        elif (row["problem"], row["algorithm"]) == ("softmax", "shifted") and not math.isnan(row["first_logit"]):
            yield f"{case} fails from {row['first_logit']} on; it must not fail at all"


def underflow_of_product(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """n factors p are zero from the n on for which p**n <= xmins / 2; roundings may move it by n u / log(1/p) + 1."""
    for row in tables["first_underflow"].to_dict("records"):
        form = get_format(row["format"])
        due = (form.emin - form.p) / math.log2(row["held"])
        room = 1 + due * form.u / -math.log(row["held"])
        if not abs(row["first_n"] - due) <= room:
            yield f"a product of {row['held']} in {form.name} is 0 from {row['first_n']} factors on; {due:.1f} are due"


def faithful_on_reports(tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """On every reported input that it is for, faithful is within one ulp."""
    rows = tables["reports"]
    for row in rows[(rows["algorithm"] == "faithful") & (rows["verdict"] != "right")].to_dict("records"):
        yield f"{row['problem']} faithful in {row['format']} on {row['input']}: {row['ulps']:.4g} ulp; {row['title']}"
