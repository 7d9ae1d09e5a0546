import pytest

from foveal.evals.share import Share


def test_the_interval_is_wilsons() -> None:
    # Figures of Newcombe 1998, Statistics in Medicine 17, table I: 15 of 148 and 0 of 20.
    few = Share.counted([True] * 15 + [False] * 133)
    assert few.interval == pytest.approx((0.0624, 0.1605), abs=1e-4)
    none = Share.counted([False] * 20)
    assert none.interval == pytest.approx((0, 0.1611), abs=1e-4)


def test_nothing_counted_leaves_everything_possible() -> None:
    nothing = Share.counted([])
    assert (nothing.count, nothing.of, nothing.interval) == (0, 0, (0, 1))


def test_it_reads_as_so_many_of_so_many() -> None:
    assert str(Share.counted([False] * 20)) == "0 of 20 (0.0% to 16.1%)"


def test_what_happens_again_on_one_part_makes_no_share_surer() -> None:
    one, many = Share.clustered([[True], [False]]), Share.clustered([[True] * 9, [], [False] * 9])

    assert (many.count, many.of, many.share) == (9, 18, 0.5)
    assert many.interval == one.interval == Share.counted([True, False]).interval
