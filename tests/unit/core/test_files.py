"""Files are whole or not there."""

import pytest

from jalon.core.files import hash_file, hash_tree, write_file


def test_written_whole_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "deep" / "file.txt"
    write_file(path, "first")
    write_file(path, "élan\n")
    assert path.read_bytes() == "élan\n".encode()
    assert [p.name for p in path.parent.iterdir()] == ["file.txt"]


def test_a_failed_write_keeps_the_old_file_and_no_half_one(tmp_path, monkeypatch):
    path = tmp_path / "file.txt"
    write_file(path, "old")

    def fail(*_):
        raise OSError("no space left")

    monkeypatch.setattr("pathlib.Path.replace", fail)
    with pytest.raises(OSError, match="no space"):
        write_file(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file.txt"]


def test_hash_is_that_of_the_bytes(tmp_path):
    write_file(tmp_path / "a.py", b"")
    # SHA-256 of nothing, FIPS 180-4.
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert hash_file(tmp_path / "a.py") == nothing
    before = hash_tree(tmp_path, "*.py")
    write_file(tmp_path / "b.txt", "not code")
    assert hash_tree(tmp_path, "*.py") == before
    write_file(tmp_path / "c.py", "code")
    assert hash_tree(tmp_path, "*.py") != before
