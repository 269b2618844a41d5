"""Shapes: what a signature takes, and what it says of the rest."""

import numpy as np
import pytest

from study.problems.signature import Kind, Signature


def signature(text):
    return Signature.parse(text)


def test_a_signature_is_read_as_a_gufuncs():
    made = signature("(n),i,()->(n)")
    assert made.arguments == (Kind.VECTOR, Kind.INDEX, Kind.NUMBER)
    assert made.vector_result
    assert not signature("(n)->()").vector_result
    with pytest.raises(ValueError, match="m"):
        signature("(m)->()")


@pytest.mark.parametrize(
    ("text", "shapes", "batch", "result"),
    [
        ("(n)->()", [(5,)], (), ()),
        ("(n)->(n)", [(5,)], (), (5,)),
        ("(n)->(n)", [(2, 3, 5)], (2, 3), (2, 3, 5)),
        ("(n)->(n)", [(0, 5)], (0,), (0, 5)),
        ("(n)->(n)", [(3, 0)], (3,), (3, 0)),
        ("(n),i->()", [(4, 1, 5), (3,)], (4, 3), (4, 3)),
        ("(n),(n)->()", [(5,), (2, 5)], (2,), (2,)),
        ("(),()->()", [(2, 1), (3,)], (2, 3), (2, 3)),
    ],
)
def test_stacks_broadcast(text, shapes, batch, result):
    args = [np.zeros(shape) for shape in shapes]
    assert signature(text).batch(args) == batch
    assert signature(text).result(args) == result


def test_vectors_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"vectors differ in length: \[4, 5\]"):
        signature("(n),(n)->()").batch([np.zeros(5), np.zeros(4)])


def test_the_length_is_that_of_the_vectors_or_none():
    assert signature("(),(n)->()").length([np.zeros(()), np.zeros((2, 3))]) == 3
    assert signature("()->()").length([np.zeros(4)]) is None


def test_indices_are_checked_against_the_vectors():
    made = signature("(n),i->()")
    made.check_indices([np.zeros((2, 3)), np.array([0, 2], np.uint8)])
    made.check_indices([np.zeros((0, 3)), np.zeros(0, np.int32)])
    with pytest.raises(ValueError, match=r"argument 1 must lie in 0 … 2, got 0 … 3"):
        made.check_indices([np.zeros((2, 3)), np.array([0, 3])])
