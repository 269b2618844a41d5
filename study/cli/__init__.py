"""The command line: ``study`` and ``python -m study``. One file for each group of commands; heavy imports are late."""

from study.cli.audit import audit
from study.cli.elsewhere import export, judge
from study.cli.group import main
from study.cli.new import new
from study.cli.own import measure
from study.cli.results import baseline, check, list_, replay, report, run
from study.cli.scan import scan
from study.cli.search import search
from study.cli.sweep import exhaustive, sweep

__all__ = ["main"]

for _command in (
    list_,
    new,
    run,
    report,
    check,
    baseline,
    replay,
    measure,
    export,
    judge,
    audit,
    scan,
    sweep,
    exhaustive,
    search,
):
    main.add_command(_command)
