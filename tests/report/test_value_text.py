import json

from pytest_oao.report.value_text import readable


def test_a_result_is_shown_with_what_its_tool_did_besides():
    form = {"$oao": "effects", "result": {"$oao": "tuple", "items": [1]}, "actions": {"escalate": True}, "events": []}
    assert readable(json.dumps(form)) == '(1) with actions={"escalate": true}, events=[]'
