from pytest_oao.model.sessions import Header
from pytest_oao.runtime.chance import Chance, drawn_seed, has_seed, seed_of, seed_record


def test_lanes_and_streams_are_told_apart_by_the_seed_alone():
    one, other, third = Chance(5), Chance(5), Chance(6)
    drawn = one.of("0.1").random.random()
    one.of("0").random.random()
    assert other.of("0.1").random.random() == drawn
    assert third.of("0.1").random.random() != drawn
    assert len({one.of(path).bytes.randbytes(8) for path in ("0", "0.1", "0.1.1", "0.2")}) == 4


def test_seeding_random_leaves_the_bytes_alone():
    streams = Chance(5).of("0")
    streams.random.seed(1)
    first = streams.bytes.randbytes(8)
    streams.random.seed(1)
    assert streams.bytes.randbytes(8) != first


def test_a_generator_of_a_library_is_made_once_a_lane():
    streams = Chance(5).of("0")
    made = []
    assert [streams.other("numpy", lambda seed: made.append(seed) or seed) for _ in range(2)] == made * 2


def test_a_header_tells_the_seed():
    seed = drawn_seed()
    header = Header("s", metadata=seed_record(seed))
    assert (seed_of(header), has_seed(header)) == (seed, True)
    assert seed < 1 << 53


def test_a_session_without_a_seed_has_one_that_goes_by_its_id():
    assert not has_seed(Header("s"))
    assert seed_of(Header("s")) == seed_of(Header("s")) != seed_of(Header("t"))
