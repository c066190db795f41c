"""A function called on a foreign file in a child: what it answers, what it may write, how it is stopped."""

from __future__ import annotations

import os

import pytest

from ckanext.odl.validation import Stopped, guard, in_child

FUNCTIONS = """
import os, pathlib, signal, socket, time

def upper(path, *, word):
    return {"text": pathlib.Path(path).read_text().upper(), "word": word, "nothing": None}

def copy(path, *, outputs):
    for number, output in enumerate(outputs):
        output.write(b"%d " % number + pathlib.Path(path).read_bytes())
    return len(outputs)

def elsewhere(path, *, outputs):
    try:
        pathlib.Path(path).with_name("stolen").write_text("x")
    except OSError as error:
        outputs[0].write(b"refused")
        return type(error).__name__
    return "written"

def overwrite(path):
    try:
        pathlib.Path(path).write_text("other")
    except OSError:
        return "refused"

def call_out(path):
    try:
        socket.create_connection(("127.0.0.1", 9), 1)
    except OSError as error:
        return error.strerror

def long(path, *, size):
    return "x" * size

def write(path, *, size, outputs):
    outputs[0].write(b"x" * size)

def spin(path):
    while True:
        pass

def eat(path):
    return len(bytearray(900 << 20))

def with_accident(path, *, server, outputs):
    outputs[0].write(b"half")
    outputs[0].flush()
    if os.getppid() == server:
        os.kill(server, signal.SIGKILL)
        os._exit(0)
    return os.getppid() != server

def server(path):
    return os.getppid()

def fail(path):
    raise RuntimeError
"""


@pytest.fixture(autouse=True)
def functions(tmp_path, monkeypatch):
    """Functions of the test that a child can import: a fork server of this test's own."""
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "child_functions.py").write_text(FUNCTIONS)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setattr(guard, "OURS", "child_functions:")
    guard._server.stop()
    yield
    guard._server.stop()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "upload"
    path.write_text("montréal")
    return path


def test_the_answer_is_that_of_the_function(file):
    answer = in_child("child_functions:upper", file, options={"word": "é"})

    assert answer == {"text": "MONTRÉAL", "word": "é", "nothing": None}


def test_the_files_given_are_written_from_where_they_stand(file, tmp_path):
    with (tmp_path / "a").open("w+b") as first, (tmp_path / "b").open("w+b") as second:
        first.write(b"before ")
        written = in_child("child_functions:copy", file, outputs=[first, second])

    assert written == 2
    assert (tmp_path / "a").read_text() == "before 0 montréal"
    assert (tmp_path / "b").read_text() == "1 montréal"


def test_a_server_killed_on_the_way_leaves_no_half_file(file, tmp_path):
    server = in_child("child_functions:server", file)
    with (tmp_path / "a").open("w+b") as output:
        output.write(b"kept ")
        other = in_child("child_functions:with_accident", file, options={"server": server}, outputs=[output])

    assert other is True
    assert (tmp_path / "a").read_text() == "kept half"


def test_no_other_file_is_written(file, tmp_path):
    with (tmp_path / "a").open("w+b") as output:
        in_child("child_functions:elsewhere", file, outputs=[output])

    stolen = tmp_path / "stolen"
    assert not stolen.exists()
    assert in_child("child_functions:overwrite", file) == "refused"
    assert file.read_text() == "montréal"


def test_there_is_no_network(file):
    assert in_child("child_functions:call_out", file) == "Network is unreachable"


def test_only_functions_of_ours_are_called(file):
    with pytest.raises(ValueError, match="os:system"):
        in_child("os:system", file)


@pytest.mark.parametrize(
    ("function", "arguments", "code"),
    [
        ("spin", {"seconds": 1}, "limit-time"),
        ("eat", {"memory": 500}, "limit-memory"),
        ("fail", {}, "limit-interrupted"),
        ("missing", {}, "limit-interrupted"),
        ("long", {"options": {"size": 3 << 20}}, "limit-interrupted"),
    ],
)
def test_who_asked_is_told_why_it_stopped(file, function, arguments, code):
    with pytest.raises(Stopped) as stopped:
        in_child(f"child_functions:{function}", file, **arguments)

    assert stopped.value.code == code


def test_a_file_that_grows_beyond_the_limit_is_stopped(file, tmp_path):
    with (tmp_path / "a").open("w+b") as output, pytest.raises(Stopped, match="limit-interrupted"):
        in_child("child_functions:write", file, options={"size": 2000}, limits={"OUTPUT_BYTES": 1000}, outputs=[output])

    assert (tmp_path / "a").stat().st_size <= 1000


def test_an_answer_as_long_as_a_report_comes_back(file):
    assert len(in_child("child_functions:long", file, options={"size": 1 << 20})) == 1 << 20


def test_too_many_files_are_refused_at_once(file, tmp_path):
    outputs = [(tmp_path / f"{number}").open("w+b") for number in range(9)]

    with pytest.raises(ValueError, match="too much"):
        in_child("child_functions:copy", file, outputs=outputs)

    for output in outputs:
        output.close()
