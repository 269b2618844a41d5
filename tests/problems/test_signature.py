"""Shapes: what a signature takes, and what it says of the rest."""

import numpy as np
import pytest

from study.inputs.families import positions
from study.problems.signature import Kind, Signature


def signature(text):
    return Signature.parse(text)


def test_a_signature_is_read_as_a_gufuncs():
    made = signature("(n),i,()->(n)")
    assert made.arguments == (Kind.VECTOR, Kind.INDEX, Kind.NUMBER)
    assert made.vector_result
    assert not signature("(n)->()").vector_result
    assert signature("(n),(n,n),(b,n)->()").arguments == (Kind.VECTOR, Kind.SQUARE, Kind.MATRIX)
    assert signature("(b,n),(l)->()").arguments == (Kind.MATRIX, Kind.LABELS)
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
        ("(n),(n,n),(b,n)->()", [(2, 5), (5, 5), (3, 1, 7, 5)], (3, 2), (3, 2)),
        ("(b,n),(l)->()", [(4, 7, 5), (4, 3)], (4,), (4,)),
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


def test_a_matrix_of_transitions_is_square():
    with pytest.raises(ValueError, match=r"vectors differ in length: \[4, 5\]"):
        signature("(n),(n,n)->()").batch([np.zeros(5), np.zeros((4, 5))])


def test_labels_are_classes():
    with pytest.raises(ValueError, match=r"argument 1 must lie in 0 … 2, got 1 … 3"):
        signature("(b,n),(l)->()").check_indices([np.zeros((4, 3)), np.array([1, 3])])


def test_a_chain_is_as_long_as_it_has_steps_and_a_batch_as_its_vectors():
    assert signature("(n),(n,n),(b,n)->()").sizes(50, 3)["b"] == signature("(b,n),(l)->()").sizes(50, 3)["b"] == 50
    assert signature("(b,n),(b)->()").sizes(50, 3) == {"b": 3, "n": 50}


def test_a_random_label_is_no_blank_where_there_is_another_class():
    rng = np.random.default_rng(0)
    assert set(positions(Kind.LABELS, rng, 3, 50)) == {1, 2}
    assert set(positions(Kind.LABELS, rng, 1, 50)) == {0}
    assert set(positions(Kind.INDEX, rng, 3, 50)) == {0, 1, 2}
