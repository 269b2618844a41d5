import subprocess
import sys

import study


def test_everything_public_is_there_and_documented():
    for name in study.__all__:
        value = getattr(study, name)
        assert value is not None
        assert isinstance(value, dict) or value.__doc__, name


def test_names_are_functions_though_modules_have_them_too():
    import study.certified.exact
    import study.inputs.battery
    import study.problems.reference

    assert callable(study.reference)
    assert callable(study.battery)
    assert callable(study.exact)


def test_importing_does_not_load_what_is_heavy():
    heavy = ("pandas", "scipy", "sklearn", "numba", "torch", "jax")
    code = f"import sys, study; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
