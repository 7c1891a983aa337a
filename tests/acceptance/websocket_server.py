"""A loopback websocket server in the shapes of OpenAI Realtime, Gemini Live and a plain one; nonces in every answer.

`python websocket_server.py [CERTIFICATE]` prints its port, and that of TLS, and serves until its input closes.
"""

import base64
import contextlib
import http
import json
import secrets
import socket
import ssl
import sys
import threading
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve


def nonce():
    return secrets.token_hex(4)


def realtime(ws):
    """Answer as OpenAI's Realtime does: a session, then a stream of events for each response asked for."""
    ws.send(json.dumps({"type": "session.created", "event_id": f"event_{nonce()}", "session": {"id": f"s{nonce()}"}}))
    heard = []
    for message in ws:
        event = json.loads(message)
        if event["type"] == "input_audio_buffer.append":
            heard.append(event["audio"])
        elif event["type"] == "conversation.item.create":
            heard.append(event["item"]["content"][0]["text"])
        elif event["type"] == "response.create":
            answer(ws, f"{len(heard)} heard, {nonce()}")


def answer(ws, text):
    for word in text.split():
        ws.send(json.dumps({"type": "response.output_text.delta", "event_id": f"event_{nonce()}", "delta": word}))
        time.sleep(0.005)
    usage = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
    ws.send(json.dumps({"type": "response.done", "event_id": f"event_{nonce()}", "response": {"usage": usage}}))


def live(ws):
    """Answer as Gemini's Live does."""
    assert "setup" in json.loads(ws.recv())
    ws.send(json.dumps({"setupComplete": {}}).encode())
    for message in ws:
        said = json.loads(message)
        audio = base64.b64encode(secrets.token_bytes(600)).decode()
        parts = [{"text": f"{len(said)} {nonce()}"}, {"inlineData": {"mimeType": "audio/pcm", "data": audio}}]
        ws.send(json.dumps({"serverContent": {"modelTurn": {"parts": parts}}}).encode())
        ws.send(json.dumps({"serverContent": {"turnComplete": True}}).encode())


def plain(ws):
    """Do what each frame says."""
    for number, message in enumerate(ws, 1):
        if isinstance(message, bytes):
            ws.send(message[::-1])
        elif message == "leave":
            return ws.close(4001, "left")
        elif message == "break":
            return ws.socket.shutdown(socket.SHUT_RDWR)
        elif message == "pieces":
            ws.send(iter(["a", f"b{nonce()}", "ç"]))
        elif message != "silence":
            ws.send(f"{number} {message} {nonce()}")
    return None


def handle(ws):
    path = ws.request.path.partition("?")[0]
    serves = realtime if path.endswith("/realtime") else live if "BidiGenerateContent" in path else plain
    with contextlib.suppress(ConnectionClosed):
        serves(ws)


def refuse(ws, request):
    if request.path == "/forbidden":
        return ws.respond(http.HTTPStatus.FORBIDDEN, f"not you {nonce()}\n")
    return None


def choose(_, asked):
    return "chat.v2" if "chat.v2" in asked else None


def served(certificate=None):
    """Serve in a thread, over TLS where there is a certificate; returns the port."""
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    options = {"process_request": refuse, "subprotocols": ["chat.v2"], "select_subprotocol": choose, "max_size": None}
    server = serve(handle, "127.0.0.1", 0, ssl=context, **options)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.socket.getsockname()[1]


if __name__ == "__main__":
    print(served(), *map(served, sys.argv[1:]), flush=True)
    sys.stdin.read()
