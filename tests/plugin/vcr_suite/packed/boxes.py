import os

import httpx2
import pytest

URL = os.environ.get("SHOP_URL", "http://127.0.0.1:8765")

pytestmark = pytest.mark.vcr


@pytest.mark.parametrize("what", ["tea", "cup"])
def test_box(what):
    sent = [httpx2.post(f"{URL}/box", json={"what": what, "n": n}).json() for n in (1, 2, 1)]
    assert [one["got"][-2] for one in sent] == ["1", "2", "1"]
    assert sent[0] == sent[2] or os.environ.get("SHOP_URL")
