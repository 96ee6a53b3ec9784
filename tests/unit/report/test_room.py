import jalon.report as room


def test_the_room_exports_what_it_lists():
    assert sorted(room.__all__) == room.__all__
    assert [name for name in room.__all__ if not hasattr(room, name)] == []
