"""Hypothesis draws the same examples in every run; none fails for being slow on a busy machine."""

from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

settings.register_profile("study", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("study")


FOLDERS = ("tests/report/", "tests/exhaustive/")
"""Whose files share a built report, or compiled kernels."""


class Files(LoadScopeScheduling):
    """A worker takes a file or one of these folders at a time."""

    def _split_scope(self, nodeid):
        return next((folder for folder in FOLDERS if nodeid.startswith(folder)), nodeid.split("::")[0])


def pytest_xdist_make_scheduler(config, log):
    return Files(config, log)
