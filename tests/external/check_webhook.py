"""Checks one delivery with the library of Standard Webhooks, and with the sample of the gateway's README."""

import re
import sys
from pathlib import Path

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

secret, message_id, timestamp, signature, body = sys.argv[1:]
headers = {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}

event = Webhook(secret).verify(body, headers)
assert event["id"] == message_id, event
print("ok the library accepts it")

try:
    Webhook(secret).verify(body + " ", headers)
except WebhookVerificationError:
    print("ok the library refuses another body")

readme = Path(__file__).resolve().parents[2] / "gateway" / "README.md"
sample = re.search(r"```python\n(def webhook_is_ours.*?)```", readme.read_text(), re.S).group(1)
names = {}
exec(sample, names)
is_ours = names["webhook_is_ours"]
assert is_ours(secret, headers, body.encode())
assert not is_ours(secret, headers, body.encode() + b" ")
assert not is_ours(secret, headers | {"webhook-timestamp": str(int(timestamp) - 3600)}, body.encode())
print("ok the sample of the README agrees")
