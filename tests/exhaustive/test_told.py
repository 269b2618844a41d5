from click.testing import CliRunner

from study.cli import main
from study.exhaustive.told import told

ROW = {
    "algorithm": "naive", "coverage": "exhaustive", "count": 65536, "max_ulp": 8387187.998, "worst_input": "0x1.63p+3",
    "not_correctly_rounded": 30857, "overflow": 12916, "underflow": 1206, "nan": 0, "missed": 0,
}  # fmt: skip


def test_errors_and_losses_are_told():
    assert told(ROW) == (
        "naive: at most 8.38719e+06 ulp, at 0x1.63p+3; of 65,536 results 34,679 are correctly rounded, "
        "12,916 overflow, 1,206 underflow (exhaustive)"
    )
    assert "none is lost" in told(ROW | {"overflow": 0, "underflow": 0})


def test_a_sweep_ends_with_its_result(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = "sweep softplus --format float8_e5m2 --algorithms faithful --jobs 1"
    out = CliRunner().invoke(main, words.split())
    assert out.exit_code == 0, out.output
    last = out.stdout.splitlines()[-1]
    assert last.startswith("  faithful: at most 0.4")
    assert "of 256 results 256 are correctly rounded, none is lost" in last
