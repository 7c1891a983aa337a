"""The scenario, had by LangChain's chat model and its tools; `callbacks` are what platforms hook in."""

import platform_scenario as scenario
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI


def agent(base_url, callbacks):
    """Have the conversation; returns the answer."""
    settings = {"temperature": scenario.TEMPERATURE, "max_tokens": scenario.MAX_TOKENS, "use_responses_api": False}
    asked = {"model": scenario.MODELS["openai"][0], "base_url": base_url, "api_key": "k", "max_retries": 0}
    model = ChatOpenAI(**asked, **settings).bind_tools(scenario.CHAT_TOOLS)
    tools = {one.__name__: tool(one) for one in scenario.TOOLS}
    config = {"callbacks": callbacks}
    messages = [SystemMessage(scenario.SYSTEM), HumanMessage(scenario.QUESTION)]
    said = model.invoke(messages, config)
    messages.append(said)
    messages += [tools[call["name"]].invoke(call, config) for call in said.tool_calls]
    whole = None
    for chunk in model.stream(messages, config):
        whole = chunk if whole is None else whole + chunk
    messages += [whole, HumanMessage(scenario.FOLLOW_UP)]
    scenario.refused(lambda: model.invoke(messages, config))
    return whole.content
