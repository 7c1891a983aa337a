import json
import re
import sys
import zipfile
from dataclasses import fields
from pathlib import Path
from subprocess import run

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pytest_oao
from pytest_oao.errors import BadPolicy
from pytest_oao.policy.checks import OF_AGENTS
from pytest_oao.policy.contradictions import BY_TOOL
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.policy_files import named_policy
from pytest_oao.policy.policy_reading import KEYS
from pytest_oao.policy.retries import ENDS, Retry

SCHEMA = json.loads((Path(pytest_oao.__file__).parent / "policy" / "policy.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

WHOLE = """\
name: strict
max_steps: 20
max_model_calls: 10
max_tool_calls: {"*": 20, search: 3}
max_tokens: 50000
max_input_tokens: 40000
max_output_tokens: 1e4
max_cost_usd: 0.40
max_seconds: 60
max_retries: 3
rate: 60/min
max_context_pressure: 0.8
max_repeats: {in_a_row: 3, total: 10}
max_depth: 1
allowed_tools: [search, write_*, validate, delete]
denied_tools:
  - write_file(path="prod/**")
  - tool: search
    arguments: {properties: {q: {const: null}}, required: [q]}
allowed_models: [gpt-5*]
allowed_hosts: ["*.example.com", "::1"]
require_approval: [delete]
require_rationale: [delete]
require_before: {write_*: [validate]}
idempotent: [search]
checkpoint_before: [delete]
agents:
  helper: {allowed_tools: [search]}
retry:
  max_retries: 2
  initial_delay: 1
  backoff: 1.5
  on: [TimeoutError, httpx.ConnectError, 503]
  tools: [search]
"""
POLICY = Policy(
    name="strict",
    max_steps=20,
    max_model_calls=10,
    max_tool_calls={"*": 20, "search": 3},
    max_tokens=50_000,
    max_input_tokens=40_000,
    max_output_tokens=10_000,
    max_cost_usd=0.4,
    max_seconds=60,
    max_retries=3,
    rate="60/min",
    max_context_pressure=0.8,
    max_repeats={"in_a_row": 3, "total": 10},
    max_depth=1,
    allowed_tools=["search", "write_*", "validate", "delete"],
    denied_tools=[
        'write_file(path="prod/**")',
        {"tool": "search", "arguments": {"properties": {"q": {"const": None}}, "required": ["q"]}},
    ],
    allowed_models=["gpt-5*"],
    allowed_hosts=["*.example.com", "::1"],
    require_approval=["delete"],
    require_rationale=["delete"],
    require_before={"write_*": ["validate"]},
    idempotent=["search"],
    checkpoint_before=["delete"],
    agents={"helper": Policy(allowed_tools=["search"])},
    retry=Retry(
        max_retries=2, initial_delay=1, backoff=1.5, on=["TimeoutError", "httpx.ConnectError", 503], tools=["search"]
    ),
)
TABLES = """\
[project]
name = "agent"

[tool.oao.policy.base]
max_steps = 20
denied_tools = [
  "shell",
  'write(path="prod/**")',
  { tool = "pay", arguments = { properties = { amount = { exclusiveMinimum = 100 } } } },
]

[tool.oao.policy.base.retry]
max_retries = 1

[tool.oao.policy.base.agents."help*"]
denied_tools = ["pay"]

[tool.oao.policy.strict]
extends = "base"
max_steps = 5
retry.on = ["TimeoutError"]
"""


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml").replace("pyproject", "pyproject.toml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def refused(root, name="p.yaml"):
    with pytest.raises(BadPolicy) as refusal:
        named_policy(name, root)
    return f"{refusal.value.where}: {refusal.value.what}; {refusal.value.remedy}"


def test_a_yaml_file_is_a_policy(tmp_path):
    write(tmp_path, policies__strict_yaml=WHOLE)
    policy = named_policy("policies/strict.yaml", tmp_path)
    assert policy == POLICY
    assert set(policy.canonical) == {field.name for field in fields(Policy)}


def test_the_example_of_every_key_is_as_the_schema_says():
    VALIDATOR.check_schema(SCHEMA)
    VALIDATOR.validate(yaml.safe_load(WHOLE.replace("1e4", "10000").replace("on:", '"on":')))


def test_a_policy_is_called_as_its_file_is_unless_it_says_so(tmp_path):
    write(tmp_path, strict_yaml="max_steps: 3\n")
    assert named_policy("strict.yaml", tmp_path) == Policy(name="strict", max_steps=3)


def test_tables_of_pyproject_are_policies(tmp_path):
    write(tmp_path, pyproject=TABLES)
    pay = {"tool": "pay", "arguments": {"properties": {"amount": {"exclusiveMinimum": 100}}}}
    base = Policy(
        name="base",
        max_steps=20,
        denied_tools=["shell", 'write(path="prod/**")', pay],
        agents={"help*": Policy(denied_tools=["pay"])},
        retry=Retry(max_retries=1),
    )
    assert named_policy("base", tmp_path) == base
    strict = Policy(name="strict", max_steps=5, retry=Retry(on=["TimeoutError"]))
    assert named_policy("strict", tmp_path) == base.extended(strict)


def test_a_file_extends_files_and_tables_the_later_upon_the_earlier(tmp_path):
    write(
        tmp_path,
        pyproject=TABLES,
        policies__one_yaml="max_steps: 1\nmax_tokens: 1\nmax_depth: 1\ndenied_tools: [a]\n",
        policies__deep__two_yaml="extends: ../one.yaml\nmax_tokens: 2\nmax_depth: 2\ndenied_tools: [b]\n",
        policies__all_yaml="extends: [base, deep/two.yaml, one.yaml]\nmax_depth: 9\n",
    )
    policy = named_policy("policies/all.yaml", tmp_path)
    assert (policy.name, policy.max_steps, policy.max_tokens, policy.max_depth) == ("all", 1, 1, 9)
    assert policy.denied_tools[-2:] == ("a", "b")
    assert "help*" in policy.agents


def test_a_table_extends_a_file_from_the_project_on(tmp_path):
    write(
        tmp_path,
        pyproject='[tool.oao.policy.x]\nextends = ["policies/one.yaml"]\n',
        policies__one_yaml="max_steps: 1\n",
    )
    assert named_policy("x", tmp_path) == Policy(name="x", max_steps=1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("max_tokens: 1\nmax_step: 3\n", "p.yaml:2: unknown key max_step; did you mean max_steps?"),
        ("zzz: 3\n", "p.yaml:1: unknown key zzz; the keys are name, max_steps"),
        ("\n# note\nmax_steps: -1\n", "p.yaml:3: max_steps: -1 is negative"),
        ("max_steps: '3'\n", "p.yaml:1: max_steps: '3' is no whole number; write 3 without quotes"),
        ("max_steps: 50_000\n", "p.yaml:1: max_steps: '50_000' is no whole number"),
        ("max_steps: 010\n", "p.yaml:1: max_steps: '010' is no whole number"),
        ("max_steps: yes\n", "p.yaml:1: max_steps: 'yes' is no whole number"),
        ("max_steps: true\n", "p.yaml:1: max_steps: True is no whole number"),
        ("max_seconds: .inf\n", "p.yaml:1: max_seconds: '.inf' is no number"),
        ("max_seconds: 1e999\n", "p.yaml:1: max_seconds: inf is no limit"),
        ("max_steps:\n", "p.yaml:1: max_steps: nothing stands here"),
        ("max_steps: ~\n", "p.yaml:1: max_steps: '~' is no whole number"),
        ("name: a\ndenied_tools:\n- a\n- b[\n", "p.yaml:4: denied_tools[1]: 'b[' has a [ without its ]"),
        ("denied_tools: search\n", "p.yaml:1: denied_tools: 'search' is no list; write ['search']"),
        ("denied_tools:\n- tool: a\n  argumnets: {}\n", "p.yaml:2: denied_tools[0]: a pattern that is a mapping has"),
        ("max_tool_calls:\n  a: 1\n  b: x\n", "p.yaml:3: max_tool_calls.b: 'x' is no whole number"),
        ("max_repeats:\n  in_row: 1\n", "p.yaml:2: max_repeats.in_row: unknown key in_row; did you mean in_a_row?"),
        ("rate: 60/minute\n", "p.yaml:1: rate: '60/minute' has the unknown unit minute; did you mean min?"),
        ("retry:\n  backof: 2\n", "p.yaml:2: unknown key backof; did you mean backoff?"),
        ("retry:\n  on:\n  - 503\n  - 200\n", "p.yaml:4: retry.on[1]: 200 is no HTTP status"),
        ("retry: 3\n", "p.yaml:1: retry: 3 is no mapping"),
        ("retry:\n  tools:\n", "p.yaml:2: retry.tools: nothing stands here"),
        ("agents:\n  h:\n    max_steps: 3\n", "p.yaml:3: agents.h.max_steps: limits, retries and agents are told"),
        ("agents:\n  h:\n    name: x\n", "p.yaml:3: agents.h.name: limits"),
        ("agents:\n  h:\n    denied_tool: [a]\n", "p.yaml:3: unknown key denied_tool; did you mean denied_tools?"),
        ("agents:\n  h:\n    idempotent: [' a']\n", "p.yaml:3: agents.h.idempotent[0]: ' a' never matches"),
        ("agents:\n  h:\n    idempotent:\n", "p.yaml:3: agents.h.idempotent: nothing stands here"),
        ("agents:\n  h: [a]\n", "p.yaml:2: agents.h: ['a'] is no mapping"),
        ("agents: [a]\n", "p.yaml:1: agents: ['a'] is no mapping"),
        ("denied_tools: [a]\nallowed_tools:\n- b\n- a\n", "p.yaml:4: allowed_tools[1]: 'a' never matches"),
        (
            "agents:\n  h:\n    denied_tools: [a]\n    allowed_tools: [a]\n",
            "p.yaml:4: agents.h.allowed_tools[0]: 'a' never",
        ),
        ("extends: 3\n", "p.yaml:1: extends: 3 is no name"),
        ("extends: []\n", "p.yaml:1: extends: the list is empty"),
        ("name: a\nextends:\n- ''\n", "p.yaml:3: extends: '' is no name"),
        ("extends: nowhere\n", "p.yaml:1: unknown policy 'nowhere'; pyproject.toml has no [tool.oao.policy.NAME]"),
        ("name: a\nextends: q.yaml\n", "p.yaml:2: there is no policy q.yaml; did you mean p.yaml?; beside it: p.yaml"),
        ("", "p.yaml:1: a policy is a mapping of keys"),
        ("- max_steps\n", "p.yaml:1: a policy is a mapping of keys"),
        ("max_steps: 3\nmax_steps: 4\n", "p.yaml:2: the key max_steps is there twice"),
        ("max_steps: 3\n: [\n", "p.yaml:2: this is not YAML"),
        ("a: 1\n---\nb: 2\n", "p.yaml:2: this is not YAML: but found another document"),
        ("denied_tools: [*]\n", "p.yaml:1: this is not YAML"),
        ("a: &x [b]\nc: *x\n", "p.yaml:1: anchors (&) and aliases (*) are not read here"),
        (
            "name: !!python/name:os.system x\n",
            "p.yaml:1: the tag 'tag:yaml.org,2002:python/name:os.system' is not read",
        ),
        ("name: !x\n  y\n", "p.yaml:1: the tag '!x' is not read"),
        ("[a]: 1\n", "p.yaml:1: a key is no text"),
        ("<<: {max_steps: 3}\n", "p.yaml:1: unknown key <<"),
        ("a: " + "[" * 21 + "]" * 21, "p.yaml:1: lists and mappings are nested deeper than 20"),
        ("name: a\x01b\n", "p.yaml: this is not YAML"),
    ],
)
def test_an_error_of_a_file_names_file_line_and_key(tmp_path, text, told):
    write(tmp_path, p_yaml=text)
    assert refused(tmp_path).startswith(told)


def test_a_file_that_is_too_large_or_no_text_is_refused(tmp_path):
    (tmp_path / "p.yaml").write_bytes(b"#" * (1024 * 1024 + 1))
    assert refused(tmp_path).startswith("p.yaml: the file is larger than 1024 KB")
    (tmp_path / "p.yaml").write_bytes(b"name: \xff")
    assert refused(tmp_path).startswith("p.yaml: the file cannot be read")


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    (tmp_path / "p.yaml").write_bytes("\ufeffmax_steps: 3".encode())
    assert named_policy("p.yaml", tmp_path).max_steps == 3


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("max_steps = 5", "max_step = 5", "pyproject.toml:20: unknown key max_step; did you mean max_steps?"),
        ("max_steps = 5", "max_steps = -5", "pyproject.toml:20: max_steps: -5 is negative"),
        ("max_steps = 5", "max_steps = nan", "pyproject.toml:20: max_steps: nan is no whole number"),
        ("max_steps = 5", "max_seconds = inf", "pyproject.toml:20: max_seconds: inf is no limit"),
        ("max_steps = 5", "name = 2026-11-21", "pyproject.toml:20: name: datetime.date(2026, 11, 21) is no text"),
        ("retry.on", "retry.zzz", "pyproject.toml:21: unknown key zzz; the keys are max_retries"),
        ('["TimeoutError"]', "[200]", "pyproject.toml:21: retry.on[0]: 200 is no HTTP status"),
        ("max_retries = 1", "max_retries = 1.5", "pyproject.toml:13: retry.max_retries: 1.5 is no whole number"),
        ('["pay"]', '["p["]', "pyproject.toml:16: agents.help*.denied_tools[0]: 'p[' has a ["),
        ('"shell"', "3", "pyproject.toml:6: denied_tools[0]: 3 is no pattern"),
        (
            "exclusiveMinimum = 100",
            "const = 2026-11-21",
            "pyproject.toml:6: denied_tools[2]: arguments: this is no JSON",
        ),
        (
            '"base"',
            '"bas"',
            "pyproject.toml:19: unknown policy 'bas'; did you mean base?; pyproject.toml has base, strict",
        ),
        ('"base"', '"strict"', "pyproject.toml:19: extends goes in a circle"),
        ("[tool.oao.policy.strict]", "[tool.oao.policy.other]", "pyproject.toml: unknown policy 'strict'"),
        ("[tool.oao.policy.strict]", "strict = [", "pyproject.toml: the file cannot be read"),
        (
            "[tool.oao.policy.strict]",
            "[tool.oao.policy]\nstrict = 3\n[x]",
            "pyproject.toml:19: tool.oao.policy.strict is no table",
        ),
        ("[project]", "[tool]\noao = 3\n[project]", "pyproject.toml: the file cannot be read"),
    ],
)
def test_an_error_of_a_table_names_line_and_key(tmp_path, old, new, told):
    write(tmp_path, pyproject=TABLES.replace(old, new))
    assert refused(tmp_path, "strict").startswith(told)


def test_what_stands_where_tables_should_is_told(tmp_path):
    write(tmp_path, pyproject="[tool]\noao = 3\n")
    assert refused(tmp_path, "x").startswith("pyproject.toml:2: tool.oao is no table")


def test_an_unknown_name_is_told_what_there_is_and_what_was_meant(tmp_path):
    write(tmp_path, pyproject=TABLES)
    told = refused(tmp_path, "strikt")
    assert "unknown policy 'strikt'; did you mean strict?; pyproject.toml has base, strict" in told
    assert "; a file is named by its path, which ends in .yaml" in told


def test_an_unknown_file_is_told_what_there_is_and_what_was_meant(tmp_path):
    write(tmp_path, policies__strict_yaml="", policies__loose_yaml="")
    told = refused(tmp_path, "policies/strict.yml")
    assert (
        "there is no policy policies/strict.yml; did you mean strict.yaml?; beside it: loose.yaml, strict.yaml" in told
    )
    assert "there is no policy nowhere/x.yaml; " in refused(tmp_path, "nowhere/x.yaml")


def test_policies_that_extend_each_other_are_refused(tmp_path):
    write(
        tmp_path,
        a_yaml="extends: b.yaml\n",
        b_yaml="max_steps: 1\nextends: [c]\n",
        pyproject='[tool.oao.policy.c]\nmax_steps = 1\nextends = "./a.yaml"\n',
    )
    circle = "extends goes in a circle: a.yaml → b.yaml → pyproject.toml: c → a.yaml"
    assert refused(tmp_path, "a.yaml").startswith(f"pyproject.toml:3: {circle}")


def test_a_circle_is_found_through_links(tmp_path):
    write(tmp_path, a_yaml="extends: again/a.yaml\n")
    (tmp_path / "again").symlink_to(tmp_path)
    assert "extends goes in a circle: a.yaml → a.yaml" in refused(tmp_path, "a.yaml")


def test_one_base_may_be_extended_twice(tmp_path):
    write(tmp_path, base_yaml="denied_tools: [a]\n", l_yaml="extends: base.yaml\n", r_yaml="extends: base.yaml\n")
    write(tmp_path, p_yaml="extends: [l.yaml, r.yaml]\n")
    assert named_policy("p.yaml", tmp_path).denied_tools == ("a",)


def test_many_ways_to_one_base_take_no_time(tmp_path):
    write(tmp_path, p0_yaml="max_steps: 1\n")
    for number in range(1, 40):
        below = f"p{number - 1}.yaml"
        (tmp_path / f"p{number}.yaml").write_text(f"extends: [{below}, ./{below}]\n")
    assert named_policy("p39.yaml", tmp_path).max_steps == 1


@pytest.mark.parametrize(
    ("own", "line"),
    [
        ("extends: base.yaml\nallowed_tools:\n- b\n- a\n", 2),
        ("name: x\nextends: base.yaml\nmax_steps: 1\nidempotent: [a]\n", 4),
        ("name: x\nextends: [base.yaml]\ndenied_tools: [z]\n", 2),
    ],
)
def test_what_excludes_a_base_is_told_where_it_stands(tmp_path, own, line):
    write(tmp_path, base_yaml="denied_tools: [a]\nrequire_before: {c: [z]}\n", p_yaml=own)
    assert refused(tmp_path).startswith(f"p.yaml:{line}: ")


PAGE = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "policy.md").read_text()


def test_the_examples_of_the_docs_are_policies(tmp_path):
    files = re.findall(r"```(?:yaml|toml)\n# (\S+)\n(.*?)```", PAGE, re.DOTALL)
    assert len(files) >= 3
    for name, text in files:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    names = [name for name, _ in files if name.endswith(".yaml")]
    names += re.findall(r"\[tool\.oao\.policy\.(\w+)\]", PAGE.partition("```toml")[2])
    for name in {*names}:
        assert named_policy(name, tmp_path)
    for name, text in files:
        if name.endswith(".yaml"):
            VALIDATOR.validate(yaml.safe_load(text))


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_described(key):
    assert f"| `{key}` |" in PAGE


# the published schema, and what is read


def test_the_schema_has_every_key_and_no_other():
    assert set(SCHEMA["properties"]) == set(KEYS) == {field.name for field in fields(Policy)} | {"extends"}
    assert set(SCHEMA["$defs"]["agent"]["properties"]) == set(OF_AGENTS) - {"name"}
    assert set(SCHEMA["$defs"]["retry"]["properties"]) == {field.name for field in fields(Retry)}
    assert set(BY_TOOL) <= set(SCHEMA["properties"])


def test_the_schema_knows_what_ends_a_run():
    names = SCHEMA["$defs"]["retry"]["properties"]["on"]["items"]["anyOf"][1]["not"]["anyOf"][1]["pattern"]
    assert set(names.partition("(?:^|\\.)(?:")[2].removesuffix(")$").split("|")) == set(ENDS)


def test_the_schema_describes_every_key():
    described = [*SCHEMA["properties"].values(), *SCHEMA["$defs"]["retry"]["properties"].values()]
    assert all(each["description"].endswith(".") for each in described)


def test_the_schema_is_in_the_wheel(tmp_path):
    root = Path(pytest_oao.__file__).parents[1]
    made = run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=root, capture_output=True
    )
    if b"No module named" in made.stderr:
        pytest.skip("hatchling is not installed")
    (wheel,) = tmp_path.glob("*.whl")
    assert "pytest_oao/policy/policy.schema.json" in zipfile.ZipFile(wheel).namelist()


JUNK = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        1,
        3,
        2.5,
        3.0,
        1e300,
        "",
        "a",
        " a",
        "a\n",
        "a*",
        "f[",
        "f(a=b)",
        "60/min",
        [],
        {},
        [1],
        ["a"],
        {"a": 1},
    ]
)
GLOB = st.text("ab*?[]!-() .\n", max_size=5).filter(lambda text: "-" not in text)
TOOL = st.one_of(
    GLOB,
    st.builds("{}({})".format, GLOB, st.text("ab=,\"' *", max_size=8)),
    st.sampled_from(['w(a="b/**")', "w( a = 'b (c)' , d=e)", "w(a.b=c)", "w(a=b)c", "(a=b)", "w (a=b)"]),
    st.fixed_dictionaries(
        {}, optional={"tool": GLOB, "arguments": st.sampled_from([{}, {"type": "object"}, {"type": 3}, 3]), "x": JUNK}
    ),
)
HOST = st.one_of(GLOB, st.text("a.:/@[]A*", max_size=5), st.sampled_from(["a.b", "*.a.b", "::1", "a:80", "http://a"]))
RATE = st.one_of(
    st.text("0159/. smih", max_size=6),
    st.sampled_from(["60/min", "5/10s", "1/0.5sec", "0/s", "1/0h", "9/00.0s", "5/10 m"]),
)
COUNT = st.one_of(st.integers(-2, 9), st.sampled_from([2.0, 2.5, True, "3"]))
NUMBER = st.one_of(st.integers(-2, 101), st.floats(-1, 2), st.sampled_from([True, "1"]))


def some(values, least=1):
    return st.lists(values, min_size=least, max_size=1)


def by_name(values):
    return st.dictionaries(st.one_of(st.sampled_from("ab"), GLOB), values, max_size=1)


PERMISSIONS = {
    "allowed_tools": some(TOOL, 0),
    "denied_tools": some(TOOL, 0),
    "allowed_models": some(GLOB, 0),
    "allowed_hosts": some(HOST, 0),
    "require_approval": some(TOOL, 0),
    "require_rationale": some(TOOL, 0),
    "require_before": st.dictionaries(
        st.builds("x{}".format, GLOB), st.just(["z"]), max_size=1
    ),  # no key is its own need
    "idempotent": some(TOOL, 0),
    "checkpoint_before": some(TOOL, 0),
}
ON = st.one_of(
    st.sampled_from([*ENDS, "a.b", "a b", "é", "a.", 200, 400, 599, 600, 400.0, True, None]),
    st.text("aA1._ ", max_size=4),
)
RETRY = {
    "max_retries": COUNT,
    "initial_delay": NUMBER,
    "backoff": NUMBER,
    "on": some(ON, 0),
    "tools": some(GLOB, 0),
}
FIELDS = {
    "name": st.text("ab \n", max_size=3),
    **dict.fromkeys(["max_steps", "max_model_calls", "max_tokens", "max_input_tokens", "max_output_tokens"], COUNT),
    **dict.fromkeys(["max_retries", "max_depth"], COUNT),
    "max_tool_calls": st.one_of(COUNT, by_name(COUNT)),
    **dict.fromkeys(["max_cost_usd", "max_seconds", "max_context_pressure"], NUMBER),
    "rate": st.one_of(RATE, by_name(RATE)),
    "max_repeats": st.one_of(COUNT, st.dictionaries(st.sampled_from(["in_a_row", "total", "x"]), COUNT)),
    **PERMISSIONS,
    "agents": by_name(
        st.one_of(
            *(st.fixed_dictionaries({key: value}) for key, value in PERMISSIONS.items()),
            JUNK,
            st.fixed_dictionaries({"max_steps": st.just(3)}),
        )
    ),
    "retry": st.one_of(*(st.fixed_dictionaries({key: st.one_of(value, JUNK)}) for key, value in RETRY.items()), JUNK),
}
DOCUMENTS = st.one_of(
    *(st.fixed_dictionaries({key: st.one_of(value, JUNK)}) for key, value in FIELDS.items()),
    st.dictionaries(st.sampled_from(["max_step", "extend", "max_steps"]), st.just(3)),
)


def reads(document, root):
    (root / "p.yaml").write_text(json.dumps(document))
    try:
        named_policy("p.yaml", root)
    except BadPolicy:
        return False
    return True


@given(DOCUMENTS)
@settings(max_examples=600, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_read_is_what_the_schema_takes(tmp_path, document):
    """One key at a time: which rules exclude each other, and paths that never match, no schema can say."""
    assert reads(document, tmp_path) == VALIDATOR.is_valid(document)
