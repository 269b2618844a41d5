"""The data dictionary, of tables on what is drawn, kept, accepted or clipped."""

from __future__ import annotations

from study.report.column import Column, count, number, text

OF_DECISIONS: dict[str, Column] = {
    "rows": Column("Rows", "", "integer", "How many rows were looked at."),
    "top_p": number("Top-p", "", "What the probabilities of the tokens that are kept sum to."),
    "right": Column("Right", "", "integer", "Rows of which the tokens are kept that are due."),
    "emptied": Column("Emptied", "", "integer", "Rows of which not one token is kept."),
    "kept": number("Kept", "tokens", "How many tokens are kept, the median of the rows."),
    "due": number("Due", "tokens", "How many tokens the exact nucleus has, the median of the rows."),
    "changed": number("Changed", "", "Share of rows whose first largest logit is another one once they are stored."),
    "tied": number("Tied", "", "Share of rows with several largest logits once they are stored."),
    "numbers": text(
        "Random numbers", "Of the format’s own grid, k 2⁻ᵖ, or cast from a wider format; PyTorch’s rand has 0 for 1."
    ),
    "partial_sums": text(
        "Partial sums", "Rounded to the format at each step, or summed in a wider one and rounded once."
    ),
    "total_variation": number(
        "Total variation", "", "Half the sum of |drawn − due| of the tokens: the share of draws that are of another."
    ),
    "impossible": number("Impossible", "", "Probability that a token of probability 0 is drawn."),
    "beyond": number("Beyond", "", "Probability that a random number is beyond the last partial sum."),
    "drawn": number("Drawn", "", "Probability with which the token is drawn, where p is due."),
    "expected": number("Expected", "draws", "Expected draws of a token of probability 0 among 20,000."),
    "refused": count("Refused", "Tokens accepted with a probability below 1 where 1 is due."),
    "texts": Column("Texts", "", "integer", "How many texts were drawn."),
    "median_n": number(
        "Median n", "words", "The number of words whose product is first zero, the median of the texts."
    ),
    "last_n": Column("Last n", "words", "integer", "The largest number of words whose product is first zero."),
    "worst_share": number("Worst error", "", "Largest error of a probability of acceptance; NaN counts as 0."),
    "mean_share": number("Mean error", "", "Mean error of it over the tokens that the draft draws."),
    "first_T": Column("First T", "tokens", "integer", "The first tokens whose probabilities have a product of zero."),
    "nats": number("Loss", "nats/token", "Mean negative log likelihood of the text."),
    "trainer": text("Trainer", "What one engine rounds to: residual stream, logits and log-probabilities."),
    "sampler": text("Sampler", "What the other engine, which drew the tokens, rounds to."),
    "tokens": count("Tokens", "How many tokens both engines judged."),
    "share_beyond_10": number("Outside [0.9, 1.1]", "%", "Share of tokens whose importance ratio is."),
    "share_beyond_20": number("Outside [0.8, 1.2]", "%", "Share of tokens whose importance ratio is."),
    "mean_log": number("Mean", "", "Mean of the log of the ratio."),
    "sd_log": number("Standard deviation", "", "Of the log of the ratio."),
    "max_log": number("Largest", "", "Largest |log of the ratio|."),
}
