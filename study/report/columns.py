"""The data dictionary: what each column of a tidy table means, and its unit."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        title: its heading.
        unit: of its numbers, empty where they are pure or words.
        type: as the Frictionless specification names it.
        description: one sentence.
    """

    title: str
    unit: str
    type: str
    description: str


def _text(title: str, description: str) -> Column:
    return Column(title, "", "string", description)


def _number(title: str, unit: str, description: str) -> Column:
    return Column(title, unit, "number", description)


def _count(title: str, description: str) -> Column:
    return Column(title, "values", "integer", description)


COLUMNS: dict[str, Column] = {
    "factor": _number("Factor", "", "The number that is multiplied, before it is rounded to the format."),
    "product": _number("Product", "", "The product of n factors, computed in order."),
    "product_exact": _text("Exact product", "Exact product of the factors as the format holds them, in decimal."),
    "log": _number("Sum of logs", "nats", "The sum of the logs of the factors, computed in order."),
    "log_exact": _text("Exact log", "Exact log of the exact product, in decimal."),
    "log_ulps": _number("Error of the sum", "ulps", "Error of the sum of logs."),
    "experiment": _text("Experiment", "The experiment that measured it."),
    "backend": _text("Backend", "Whose arithmetic: the array library; under a recipe INPUT:COMPUTE:ACCUMULATE:STORE."),
    "problem": _text("Problem", "The mathematical function that is evaluated."),
    "algorithm": _text("Formula", "The way to evaluate it in floating point."),
    "format": _text("Format", "The floating-point format of arguments, operations and result."),
    "inputs": _text("Inputs", "The family that the arguments are drawn from."),
    "parameter": _text("Parameter", "Name of the swept parameter."),
    "value": _number("Value", "", "Value of the swept parameter."),
    "count": _count("Count", "Number of computed values."),
    "max_ulp": _number(
        "Worst error",
        "ulps",
        "Largest |computed − exact| / ulp(exact). A correctly rounded result has at most 0.5; the last bit is 1.",
    ),
    "median_ulp": _number("Median error", "ulps", "Median of |computed − exact| / ulp(exact)."),
    "p99_ulp": _number("99% error", "ulps", "The error in ulps that 99 of 100 values do not exceed."),
    "max_relative": _number("Worst relative error", "", "Largest |computed − exact| / |exact|."),
    "max_u": _number("Worst relative error", "u", "Largest relative error in units of the unit roundoff u = 2⁻ᵖ."),
    "max_scaled": _number(
        "Worst scaled error",
        "u (1 + cond)",
        "Largest error over u (1 + cond) |exact|: about 1 for a backward stable formula, near a zero of the function "
        "too.",
    ),
    "max_normwise": _number(
        "Worst error of the vector",
        "u",
        "Largest error of a component over the largest exact component of its vector, in units of the unit roundoff.",
    ),
    "median_cond": _number("Median condition", "", "Median relative condition number of the results."),
    "max_cond": _number("Condition", "", "Largest relative condition number of the results."),
    "bound_u": _number("A-priori bound", "u", "Largest proven bound on the relative error; infinite where none holds."),
    "bound_used": _number("Bound used", "", "Largest error as a fraction of its own a-priori bound; at most 1."),
    "bounded": _count("Bounded", "Number of values that have a finite a-priori bound."),
    "normal": _count("Normal", "Ordinary numbers where ordinary numbers are due."),
    "subnormal": _count("Subnormal", "Results below the smallest normal number, of reduced precision."),
    "overflow": _count("Overflow", "Infinite where a finite number is due."),
    "underflow": _count("Underflow", "Zero where a number is due that the format does not round to zero."),
    "nan": _count("NaN", "NaN where a number or an infinity is due."),
    "limit": _count("At the limit", "Zero, infinity or NaN, and rightly so."),
    "missed": _count("Wrong", "A number where an infinity or NaN is due, or the infinity of the wrong sign."),
    "worst_row": Column("Worst row", "", "integer", "Which instance of the stack of inputs has the largest error."),
    "worst_component": Column("Worst component", "", "integer", "Which component of that instance's result it is."),
    "worst_input": _text("Worst input", "That instance, numbers in hexadecimal; a long one is cut."),
    "worst_computed": _text("Computed", "The computed value of the largest error."),
    "worst_reference": _text("Exact", "Its exact value, to 20 digits."),
    "cases": _count("Special arguments", "Arguments with an infinity, NaN, a zero, or none at all, that were tried."),
    "lost": _count("Lost", "Arguments whose result is lost: NaN, or the wrong number, where a number or ∞ is due."),
    "unnoticed": _count("Unnoticed", "Arguments outside the domain, where NaN is due and a number given."),
    "first_lost": _text("First lost", "The first arguments whose result is lost."),
    "quantity": _text("Quantity", "What is computed."),
    "target": Column("Right class", "", "number", "Number of the right class, counted from 1."),
    "held": _text("Held", "The argument as the format holds it."),
    "computed": _text("Computed", "What the format's arithmetic gives."),
    "reference": _text("Exact", "The exact value for the arguments as the format holds them, to 20 digits."),
    "stored": _text("Stored", "What is rounded to the format and stored."),
    "logits": _text("Logits", "The family that the logits are drawn from."),
    "bits": _number("Bits", "", "Bits that a number takes, with its share of a block's scale."),
    "mean_nats": _number("Mean change", "nats", "Mean of |loss of what is stored − loss before|."),
    "max_nats": _number("Worst change", "nats", "Largest |loss of what is stored − loss before|."),
    "mean_change_nats": _number("Bias", "nats", "Mean of the loss of what is stored less the loss before."),
    "infinite": _count("Infinite", "Losses that are infinite once it is stored."),
    "ulps": _number("Error", "ulps", "|computed − exact| / ulp(exact)."),
    "outcome": _text(
        "Outcome", "What became of the value: normal, subnormal, overflow, underflow, nan, limit, missed."
    ),
    "p": _number("p", "", "Probability that was given to the truth."),
    "nll": _number("Loss", "nats", "Negative log likelihood, −log p."),
    "first_n": Column("First n", "observations", "integer", "The smallest number of factors whose product is zero."),
    "first_logit": _number("First logit", "", "The smallest largest logit for which the formula is not finite."),
    "ns_per_element": _number("Cost", "ns/element", "Time an element, the median of repeated measurements."),
    "times_naive": _number("Cost", "× naive", "Time beside the naive formula’s, in one run."),
    "offset": _number("Offset", "", "A number that is added to all logits."),
    "spread": _number("Spread", "", "Distance from the smallest logit to the largest."),
    "library": _text("Library", "Whose function."),
    "version": _text("Version", "The library's version; empty where it is not measured."),
    "layout": _text("Layout", "Rows: each vector contiguous; columns: along axis 0; strided rows: Fortran order."),
    "misbehaviour": _text("Refusal", "What the function raised or returned instead of a result."),
    "n": Column("Length n", "", "integer", "Length of a vector."),
    "size": _number("Size", "", "Largest size of what is drawn."),
    "theorem": _text("Theorem", "Its number in Blanchard, Higham and Higham (2021)."),
    "cond": _number("Condition", "", "Largest condition number of the values."),
    "printed_u": _number("Bound as printed", "u", "The theorem’s bound, at the value of the largest error."),
    "corrected_u": _number("Bound as corrected", "u", "That bound with the rounding of the final addition."),
    "above_printed": _count("Above as printed", "Values whose error exceeds the printed bound."),
    "above_corrected": _count("Above as corrected", "Values whose error exceeds the corrected bound."),
    "road": _text("Road", "Summed over the observations, or over the classes with their counts."),
    "error_u": _number("Error", "u", "Relative error in units of the unit roundoff."),
    "measured": _text("Measured", "Whether the library was installed."),
    "functions": Column("Functions", "", "integer", "How many of its functions are measured."),
    "rate": _number("Learning rate", "", "Step size of the descent."),
    "loss": _text("Loss", "The formula of the loss and its gradient."),
    "step": Column("Step", "", "integer", "Number of the step of the descent, from 0."),
    "died": Column(
        "Died at step", "", "integer", "First step whose loss is no finite number; empty where there is none."
    ),
    "last_loss": _number("Last loss", "nats", "Loss of the last step, where it is finite."),
    "accuracy": _number("Test accuracy", "", "Share of the held-out digits that are classified rightly."),
    "length": Column("Length", "", "integer", "How many numbers a vector has; 1 where the arguments are numbers."),
    "coverage": _text("Coverage", "Exhaustive where every bit pattern was tried, else which were."),
    "not_correctly_rounded": _count("Not correctly rounded", "Results that are not the nearest number of the format."),
    "by_engine": _count("By engine", "Results that the fast reference left to the engine of 120 bits."),
    "by_mpmath": _count("By mpmath", "Results that the engine left to mpmath."),
    "above_ulp": _number("Above", "ulps", "Errors of a bin are greater than this."),
    "to_ulp": _number("To", "ulps", "And at most this."),
    "ns_per_number": _number("Time", "ns/number", "Time for one number of the arguments."),
    "seed": _text("Seed", "Name of the search’s seed."),
    "found_by": _text("Found by", "Searched: a lower bound on the largest error; or random."),
    "evaluations": _count("Evaluations", "Inputs that were tried."),
    "component": Column("Component", "", "integer", "Which component of the result it is."),
    "row_sum": _number("Row sum", "", "The exact sum of a computed softmax; 1 is due."),
    "from_logit": _number("Logit", "", "The first of the float16 numbers of this part of the axis."),
    "to_logit": _number("To logit", "", "The last of them."),
    "worst_logit": _number("Worst logit", "", "The one of the largest error."),
    "link": _text("Link", "Where it was reported."),
    "title": _text("Report", "What was wrong."),
    "input": _text("Input", "The reported input, before it is rounded to the format."),
    "rounding": _text("Rounding", "To nearest even, toward zero, or up or down at random with the right mean."),
    "order": _text("Order", "In order, in pairs, or in blocks whose sums are added in float32."),
    "sums": _count("Sums", "How many sums of the same terms there are; more than one where rounding is random."),
    "smallest": _number("Smallest", "", "The smallest of the computed sums."),
    "median": _number("Median", "", "The median of the computed sums."),
    "largest": _number("Largest", "", "The largest of the computed sums."),
    "nearest": _number("To nearest", "", "Relative error of the sum in order, to nearest."),
    "toward_zero": _number("Toward zero", "", "Relative error of the sum in order, toward zero."),
    "stochastic_median": _number("Stochastic, median", "", "Median relative error of sums rounded at random."),
    "stochastic_worst": _number("Stochastic, worst", "", "Largest relative error of sums rounded at random."),
    "above": _count("Above the bound", "Sums rounded at random whose error exceeds the bound of 99%."),
    "stochastic_bound": _number("Bound of 99%", "", "Holds for a sum rounded at random with a probability of 99%."),
    "nearest_bound": _number("Bound to nearest", "", "Always holds of the sum in order, to nearest."),
    "error": _number("Relative error", "", "Of the computed sum; the median, where rounding is random."),
    "probable": _number(
        "Bound of 99%", "", "Proven under stochastic rounding; to nearest, of errors of mean zero, which is a model."
    ),
    "worst_case": _number("Worst case", "", "The bound that always holds."),
    "first_T": Column("First T", "tokens", "integer", "The first tokens whose probabilities have a product of zero."),
    "nats": _number("Loss", "nats/token", "Mean negative log likelihood of the text."),
    "trainer": _text("Trainer", "What one engine rounds to: residual stream, logits and log-probabilities."),
    "sampler": _text("Sampler", "What the other engine, which drew the tokens, rounds to."),
    "tokens": _count("Tokens", "How many tokens both engines judged."),
    "share_beyond_10": _number("Outside [0.9, 1.1]", "%", "Share of tokens whose importance ratio is."),
    "share_beyond_20": _number("Outside [0.8, 1.2]", "%", "Share of tokens whose importance ratio is."),
    "mean_log": _number("Mean", "", "Mean of the log of the ratio."),
    "sd_log": _number("Standard deviation", "", "Of the log of the ratio."),
    "max_log": _number("Largest", "", "Largest |log of the ratio|."),
    "verdict": _text(
        "Verdict",
        "Right: within an ulp; inexact: at least half the digits; wrong: fewer, or another outcome than is due.",
    ),
}

SWEPT: dict[str, Column] = {
    "inputs": _count("Inputs", "How many inputs there are, and were tried."),
    "count": _count("Results", "How many results were judged, or are in the bin."),
    "worst_component": Column("Worst component", "", "integer", "Which component of the result it is."),
    "worst_input": _text("Worst input", "An input of the largest error, numbers in hexadecimal."),
}
"""Columns of the sweeps over every input that mean something else there."""

COMPUTED: dict[str, Column] = {"value": _number("Value", "", "What was computed.")}
"""Columns of tables that are no sweeps and mean something else there."""


def column(name: str) -> Column:
    """The entry of a column; one that has none is described by its name."""
    return COLUMNS.get(name, _text(name.replace("_", " ").capitalize(), ""))


AXES = {
    "n": "number of terms n",
    "b": "batch size b",
    "T": "number of tokens T",
    "size": "size of the logit",
    "margin": "margin of the right logit",
    "distance": "distance d of the model",
    "value": "logit x",
}
"""Swept parameters whose names do not say enough on an axis."""


def axis(parameter: str) -> str:
    """What an axis is called that a parameter is swept along."""
    return AXES.get(parameter, parameter)
