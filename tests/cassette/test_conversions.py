import pytest

from pytest_oao.cassette.conversions import converted_at, converted_name


@pytest.mark.parametrize(
    ("name", "converted"),
    [
        ("test_it.yaml", "test_it.yaml"),
        ("test_it.yml", "test_it.yml"),
        ("test_it.json", "test_it.yaml"),
        ("test_it.yaml.gz", "test_it.yaml"),
        ("test_it.json.gz", "test_it.yaml"),
        ("test_it[gpt-4.1].yaml", "test_it[gpt-4.1].yaml"),
        ("test_it.loud", "test_it.loud.yaml"),
        ("test_it[gpt-4.1]", "test_it[gpt-4.1].yaml"),
        (".json", ".json.yaml"),
    ],
)
def test_the_new_name_is_one_of_yaml(tmp_path, name, converted):
    assert converted_name(tmp_path / name) == tmp_path / converted


def test_what_was_converted_is_found_and_the_old_file_comes_first(tmp_path):
    old, new = tmp_path / "test_it.json", tmp_path / "test_it.yaml"
    assert converted_at(old) is None
    new.write_text("interactions: []\n")
    assert converted_at(old) is None
    new.write_text("oao: 1\n")
    assert converted_at(old) == converted_at(new) == new
    old.write_text("{}")
    assert converted_at(old) is None


@pytest.mark.parametrize("head", ["\ufeffoao: 1\n", "oao: 1", "oao: x\n"])
def test_one_of_ours_that_was_edited_or_damaged_is_ours(tmp_path, head):
    path = tmp_path / "test_it.yaml"
    path.write_text(head, encoding="utf-8")
    assert converted_at(path) == path
