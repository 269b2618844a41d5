"""Why the gate does not see a mutant: for each, by what it is, a reason that it is equivalent where it counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.campaigns.mutation.mutants import Mutant

PLACEHOLDER = "stands in for values that the other branch of a where replaces"
RESULT_IS_NAN = "stands in for arguments outside the domain, whose result is set to NaN"
BROADCASTS = "the shape of one operand alone: the other broadcasts it to the same result"
SPARES_WORK = "only spares rows that are settled the next arithmetic, which gives them the same result"
MARGIN = "a term of the estimate of what cancels: it shifts by a few bits when a row goes on, and errors keep their ulp"
UNGUARDED = (
    "weakens the guard against cancellation, which acts only where terms cancel beyond 2^-20 of binary64 or 2^-50 of "
    "double-doubles; the gate's inputs do not get there, tests/arithmetic/test_faithful.py does"
)
FAR_TIES = "acts only where large squares of z differ by little, and are not equal: the gate's inputs have none"
BOTH_SERVE = "moves a switch where the formulas on both sides keep the same bound"
ONE_ROW = "tells on single rows, and the gate's stacks have many; tests/problems/test_online.py sees it"
TIE = "acts beside a tie with zero or infinity alone, which the battery has not; tests/arithmetic/test_faithful.py has"
SEEN = "{}; tests/problems/test_{}.py sees it"
FEW_VALUES = "the battery has too few values a kind for a median to be held; {} sees it"

REASONS = (
    (r"binary_cross_entropy\._masked .* p \* y → ", "only its shape and dtype are used, by zeros_like"),
    (r"binary_cross_entropy\.<lambda> other_constant 100 → 101", "the clamp's level, a choice; 100 and 101 miss alike"),
    (r"binary_cross_entropy\.<lambda> dropped_guard .*log\(p\)", "without the clamp fewer results are wrong, not more"),
    (r"(label_smoothing|focal_loss)\.(_faithful|_prepared) other_constant 0\.0 → 1\.0", PLACEHOLDER),
    (r"(entropy_from_logits_gradient|label_smoothing_gradient|focal_loss\w*)\._faithful .*(log2|growth)", MARGIN),
    (r"focal_loss\._faithful dropped_sign", SPARES_WORK),
    (r"focal_loss\.parts .*exp2|focal_loss\.parts other_constant (1 → 2|1000 → 1001)", MARGIN),
    (r"focal_loss\.parts other_constant 0 → 1", FEW_VALUES.format("tests/arithmetic/test_faithful.py")),
    (r"focal_loss\.parts", TIE),
    (r"mean_distance dropped_guard", "rows whose maximum is not finite are NaN in any case"),
    (r"entropy_from_logits\._faithful other_constant 0\.0 → 1\.0", "of no entries any finite number is their maximum"),
    (r"temperature_softmax\.shifted \w+ x / ", "of vectors without entries the shape alone is used"),
    (r"temperature_softmax\._faithful .*(log2|exp2|-np\.inf|1 → 2|1000 → 1001)", MARGIN),
    (r"temperature_softmax\._faithful other_constant (0\.0 → 1\.0|1\.0 → 2\.0)", PLACEHOLDER),
    (r"z_loss\.normaliser other_constant 0\.0 → 1\.0", PLACEHOLDER),
    (r"z_loss\.normaliser .*log2", MARGIN),
    (r"z_loss\._faithful", TIE),
    (r"z_loss_gradient\._faithful .*log2", MARGIN),
    (r"gradient\.chained swapped_operator s \* \(1 - s\)", "divided out again: 0/0 and ∞/∞ are NaN at the same s"),
    (r"gradient\._faithful .*(0 → 1|0\.0 → 1\.0|0\.25)", SPARES_WORK),
    (r"extended\.checked wrong_axis", "the axis of the arguments is the first"),
    (r"extended\.checked other_constant", "bits 0 and 1 are those of zero and of the least number"),
    (r"extended\.checked (first|last)_left_out", "a stack has several such; tests/problems/test_extended.py sees one"),
    (r"cross_entropy\.value other_constant 1\.0 → 2\.0", PLACEHOLDER),
    (r"kl_divergence\._faithful other_constant 1\.0 → 2\.0", PLACEHOLDER),
    (r"kl_divergence\._faithful other_constant 16 → 17", BOTH_SERVE),
    (r"kl_divergence\._faithful other_constant 0 → 1", "p / 0 is infinite by itself"),
    (r"kl_divergence\._faithful dropped_sign -np\.inf", SPARES_WORK),
    (r"kl_divergence\._faithful", UNGUARDED),
    (r"weighted_mean\._faithful other_constant 0\.0 → 1\.0", PLACEHOLDER),
    (r"weighted_mean\._faithful", UNGUARDED),
    (r"gaussian_mixture_nll\.in_order", f"{PLACEHOLDER}; or of rows without a component"),
    (r"gaussian_mixture_nll\.(_faithful|of|shares|spread) ", MARGIN),
    (r"gaussian_responsibilities\.(_faithful|_reach) ", FAR_TIES),
    (r"gaussian_nll\.log_scales", MARGIN),
    (r"gaussian_log_likelihood\.ordinary other_constant 1\.0", PLACEHOLDER),
    (r"gaussian_log_likelihood\.value .*(cancelling|shape)", MARGIN),
    (r"gaussian_likelihood\._faithful", MARGIN),
    (r"gaussian_nll(_gradient)?\.\w+ other_constant 1\.0 → 2\.0", PLACEHOLDER),
    (r"gaussian_nll\._faithful dropped_sign", SPARES_WORK),
    (r"lgamma\._faithful other_constant 1\.0", PLACEHOLDER),
    (r"lgamma\.near_zeros \w+ START - 1", "no number below 8 has a further factor of at least 3/2"),
    (r"log_ndtr\.(erfcx|fraction) other_constant (1|3\.0|0) ", f"{BOTH_SERVE}; or {PLACEHOLDER}"),
    (r"log_ndtr\.(formula|_outer) other_constant 0(\.0)? → 1", f"{PLACEHOLDER}; or {MARGIN}"),
    (r"log_ndtr\.(formula|_central|_outer)", MARGIN),
    (r"poisson_nll\._faithful other_constant 1\.0", PLACEHOLDER),
    (r"poisson_nll\._of_many .*(k|near)", BOTH_SERVE),
    (r"poisson_nll\.(_faithful|_of_many|_of_few)", MARGIN),
    (r"poisson_nll\.times", "only its shape and dtype are used, by zeros_like"),
    (r"log1mexp\.maechler", BOTH_SERVE),
    (r"log1mexp\._faithful other_constant 3", BOTH_SERVE),
    (r"log_likelihood\._faithful", MARGIN),
    (r"logsumexp\._rises wrong_axis", "the gate's stacks have one axis of instances, on which both are the same"),
    (r"logsumexp\._rises opposite_comparison after > before", ONE_ROW),
    (r"logsumexp\._rises other_constant 1 → 2", ONE_ROW),
    (r"logsumexp\._rises dropped_sign", "a NaN makes the sum NaN as a term, too; test_online.py sees it"),
    (r"logsumexp\.online (swapped|dropped)_\w+ start \+ 1 →", "only spares adding no terms, which gives the same sum"),
    (r"logsumexp\.(online|others) other_constant 1 → 2", BROADCASTS),
    (r"softmax\.exponentials other_constant 1 → 2", BROADCASTS),
    (r"softplus\.cutoffs", BOTH_SERVE),
    (r"mean_nll\.naive noise_1_ulp", FEW_VALUES.format("tests/problems/test_mean_nll.py")),
    (r"hmm_forward\.limit", "a shortcut, where all numbers are ordinary; the recursion says the same"),
    (r"hmm_forward\.(naive|scaled|log_space) other", SEEN.format("of chains without a step", "hmm_forward")),
    (r"hmm_forward\._faithful (swapped|opposite)", SEEN.format("of likelihoods within u² of 1", "hmm_forward")),
    (r"hmm_forward\._faithful", f"{PLACEHOLDER}; or {MARGIN}"),
    (r"alignments\.(states|lost|reading)", SEEN.format("of other than two labels, which the battery has", "ctc_loss")),
    (r"alignments\.(longest|limit)", "tells where no path is, and the loss infinite, as it is by itself"),
    (r"alignments\.(far|_gathered)", SEEN.format("what is left of a loss of 2^40 binary digits", "ctc_loss")),
    (r"ctc_loss\._sums", "leaves out, or adds, terms that are 0: those of the class and the state of none"),
    (r"ctc_loss\._faithful dropped_guard finite", PLACEHOLDER),
    (r"ctc_loss\._faithful other_constant 0\.0 → 1\.0", PLACEHOLDER),
    (r"ctc_loss\._faithful", SEEN.format("what is left of a loss of 2^40 binary digits", "ctc_loss")),
    (r"ctc_loss\.complement other_constant 2 → 3", SEEN.format("of chains without a step", "ctc_loss")),
    (r"reductions\.compensated_sum last_left_out", FEW_VALUES.format("study check product_underflow, by the bound,")),
    (r"reductions\.sequential_sum other_constant 0 → 1", "the sum of no numbers; a further block has some"),
    (r"reductions\._halved_once other_constant 2 → 3", "every second entry from 1 on ends at 2 half - 1 in any case"),
    (r"reductions\.scaled_product other_constant 1 → 2", BROADCASTS),
    (r"reductions\.(_running|accumulated|weighted_sum)", "of recipes, which the battery has not; test_recipe.py sees"),
    (r"reductions\.ldexp .*(3000|exponent)", "keeps exponents within int32; those beyond 3000 are 0 or infinite alike"),
)  # fmt: skip


def reason(mutant: Mutant) -> str:
    """The reason for a mutant, empty where there is none."""
    return next((why for pattern, why in REASONS if re.search(pattern, mutant.key)), "")
