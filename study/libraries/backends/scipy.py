"""SciPy: scipy.special and the distributions of scipy.stats."""

from __future__ import annotations

from study.libraries.backends.base import Backend, LibraryFunction

BACKEND = Backend(
    name="scipy",
    distribution="scipy",
    module="scipy",
    functions=(
        LibraryFunction("logsumexp", "scipy.special.logsumexp", lambda f, x, axis: f(x, axis=axis)),
        LibraryFunction("softmax", "scipy.special.softmax", lambda f, x, axis: f(x, axis=axis)),
        LibraryFunction("log_softmax", "scipy.special.log_softmax", lambda f, x, axis: f(x, axis=axis)),
        LibraryFunction("sigmoid", "scipy.special.expit", lambda f, x: f(x)),
        LibraryFunction("log_sigmoid", "scipy.special.log_expit", lambda f, x: f(x)),
        LibraryFunction("entropy", "scipy.special.entr", lambda f, p, axis: f(p).sum(axis=axis)),
        LibraryFunction("kl_divergence", "scipy.special.rel_entr", lambda f, p, q, axis: f(p, q).sum(axis=axis)),
        LibraryFunction("cross_entropy", "scipy.special.xlogy", lambda f, p, q, axis: -f(p, q).sum(axis=axis)),
        LibraryFunction("log_ndtr", "scipy.special.log_ndtr", lambda f, x: f(x)),
        LibraryFunction("lgamma", "scipy.special.gammaln", lambda f, x: f(x)),
        LibraryFunction("gaussian_nll", "scipy.stats.norm.logpdf", lambda f, x, m, s: -f(x, m, s)),
        LibraryFunction(
            "gaussian_log_likelihood",
            "scipy.stats.norm.logpdf",
            lambda f, x, m, s: f(x, m[..., None], s[..., None]).sum(axis=-1),
        ),
        LibraryFunction("poisson_nll", "scipy.stats.poisson.logpmf", lambda f, k, rate: -f(k, rate)),
    ),
    swept=(("softplus", "scipy.special.softplus"),),
    repositories=("scipy/scipy",),
    colour="green",
)
