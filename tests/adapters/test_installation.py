import importlib
import sys
import threading
import time
from contextlib import suppress

import pytest

from pytest_oao.adapters.installation import Installation
from pytest_oao.adapters.patching import Patches
from pytest_oao.errors import SeamMissing


class Counting:
    """An adapter that counts how often it is in place in a module."""

    def __init__(self, *modules, fails=False):
        self.name, self.modules, self.fails = f"counting {id(self)}", modules, fails
        self.now, self.most = 0, 0

    def install(self, module):
        if self.fails:
            raise SeamMissing(f"{module} is unknown", where=module, remedy="pin it")
        self.now += 1
        self.most = max(self.most, self.now)
        return self.undo

    def undo(self):
        self.now -= 1


@pytest.fixture
def module(tmp_path, monkeypatch, request):
    """The name of a module that nobody has imported yet."""
    name = f"late_{abs(hash(request.node.nodeid))}"
    (tmp_path / f"{name}.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    sys.modules.pop(name, None)


def test_a_module_is_patched_once_however_many_want_it():
    adapter = Counting("json")
    first, second = Installation([adapter]), Installation([adapter])
    assert adapter.now == 1
    first.uninstall()
    assert adapter.now == 1
    first.uninstall()  # again: nothing left to take out
    second.uninstall()
    assert adapter.now == 0


def test_a_module_that_may_not_be_imported_is_left_alone_until_it_may(module, monkeypatch):
    adapter = Counting(module)
    with monkeypatch.context() as without:
        without.setitem(sys.modules, module, None)
        wants = Installation([adapter])
        assert adapter.now == 0
    importlib.import_module(module)
    assert adapter.now == 1
    wants.uninstall()
    assert adapter.now == 0


def test_a_module_that_is_imported_later_is_patched_then_for_whoever_wants_it_then(module):
    adapter = Counting(module)
    Installation([adapter]).uninstall()
    wants = Installation([adapter])
    assert adapter.now == 0
    importlib.import_module(module)
    assert adapter.now == 1
    wants.uninstall()
    assert adapter.now == 0


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_module_that_another_thread_is_importing_is_patched_when_it_is_whole(module, tmp_path, is_whole):
    begun, go_on = tmp_path / "begun", tmp_path / "go_on"
    (tmp_path / f"{module}.py").write_text(f"""
import pathlib, time
pathlib.Path({str(begun)!r}).touch()
while not pathlib.Path({str(go_on)!r}).exists():
    time.sleep(0.01)
Whole = {"object" if is_whole else "no_such_name"}
""")

    class Patching(Counting):
        def install(self, module):
            assert sys.modules[module].Whole
            return super().install(module)

    def imports():
        with suppress(NameError):
            importlib.import_module(module)

    importing = threading.Thread(target=imports)
    importing.start()
    while not begun.exists():
        time.sleep(0.01)
    threading.Timer(0.2, go_on.touch).start()
    adapter = Patching(module)
    wants = Installation([adapter])
    importing.join()
    assert adapter.now == int(is_whole)
    wants.uninstall()
    assert adapter.now == 0


def test_nobody_wants_it_any_more_when_it_is_imported(module):
    adapter = Counting(module)
    Installation([adapter]).uninstall()
    importlib.import_module(module)
    assert adapter.most == 0


def test_a_seam_that_is_missing_is_told_to_all_who_need_it(module):
    adapter = Counting(module, "json", fails=True)
    first, second = Installation([adapter]), Installation([adapter])
    assert first.failures.keys() == second.failures.keys() == {"json"}
    importlib.import_module(module)
    assert first.failures.keys() == second.failures.keys() == {"json", module}
    with pytest.raises(SeamMissing, match="json is unknown"):
        first.require()
    first.uninstall()
    second.uninstall()


def test_threads_may_install_and_uninstall_at_once():
    adapter = Counting("json")
    ready = threading.Barrier(8)

    def work():
        ready.wait(10)
        for _ in range(200):
            Installation([adapter]).uninstall()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (adapter.now, adapter.most) == (0, 1)


def test_patches_of_inherited_attributes_leave_no_trace():
    class Base:
        def speak(self):
            return "base"

    class Child(Base):
        pass

    patches = Patches()
    patches.wrap(Child, "speak", lambda original: lambda self: f"patched {original(self)}")
    assert (Child().speak(), Base().speak()) == ("patched base", "base")
    patches.undo()
    assert Child().speak() == "base"
    assert "speak" not in vars(Child)
    with pytest.raises(SeamMissing, match="has no 'sing'"):
        patches.wrap(Child, "sing", lambda original: original)
