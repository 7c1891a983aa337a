from diff_samples import fresh

from pytest_oao.diff.renaming import Renaming, Trial
from pytest_oao.diff.texts import equal_texts, parsed

A, B, C, D = (fresh(number) for number in range(4))


def test_the_same_pair_fits_again_and_another_does_not():
    trial = Trial(Renaming())
    assert trial.fits(A, B)
    assert trial.fits(A, B)
    assert not trial.fits(A, C)
    assert not trial.fits(D, B)
    assert trial.pairs == ((A, B),)


def test_what_was_committed_holds_for_later_trials():
    renaming = Renaming()
    renaming.commit([(A, B)])
    assert Trial(renaming).fits(A, B)
    assert not Trial(renaming).fits(A, C)
    assert not Trial(renaming).fits(C, B)
    assert Trial(renaming).pairs == ()
    assert renaming.rename(f"run {A} and {C}") == f"run {B} and {C}"
    assert (renaming.live(A), renaming.recorded(B), renaming.pairs) == (B, A, ((A, B),))


def test_a_pinned_id_stands_for_itself():
    renaming = Renaming(lambda name: name == A)
    assert not Trial(renaming).fits(A, B)
    assert not Trial(renaming).fits(C, A)
    assert Trial(renaming).fits(C, D)


def test_a_text_that_differs_leaves_no_pairs_behind():
    trial = Trial(Renaming())
    assert not equal_texts(f"{A} then one", f"{B} then two", trial)
    assert trial.pairs == ()
    assert trial.fits(A, C)


def test_texts_are_equal_up_to_the_ids_in_them():
    trial = Trial(Renaming())
    assert equal_texts(f"from {A} to {C}, {A}", f"from {B} to {D}, {B}", trial)
    assert trial.pairs == ((A, B), (C, D))
    assert not equal_texts(f"{A}", f"{D}", trial)


def test_an_id_that_is_known_to_stand_for_another_is_not_looked_at_again(monkeypatch):
    trial = Trial(Renaming())
    assert equal_texts(f"from {A}", f"from {B}", trial)
    monkeypatch.delattr("pytest_oao.diff.texts.id_at")
    assert equal_texts(A, B, trial)
    assert equal_texts(C, D, Trial(Renaming(pairs=[(C, D)])))


def test_ids_of_other_shapes_do_not_stand_for_each_other():
    assert not equal_texts("call_abc123def456", "toolu_abc123def456", Trial(Renaming()))
    assert not equal_texts(f"x {A}", f"xy {A}", Trial(Renaming()))
    assert not equal_texts(f"{A} y", f"{A}-y", Trial(Renaming()))
    assert equal_texts("call_abc123def456!", "call_zyx987wvu65!", Trial(Renaming()))


def test_long_texts_with_many_ids():
    one = " ".join(f"word{number} {fresh(number)}" for number in range(500))
    other = " ".join(f"word{number} {fresh(number + 1000)}" for number in range(500))
    assert equal_texts(one, other, Trial(Renaming()))
    assert not equal_texts(one, other + "!", Trial(Renaming()))


def test_only_objects_and_arrays_are_taken_for_json():
    assert parsed(' {"a": 1} ') == {"a": 1}
    assert parsed("12") is None
    assert parsed("{not json}") is None
    assert parsed("[" * 100_000 + "]" * 100_000) is None
