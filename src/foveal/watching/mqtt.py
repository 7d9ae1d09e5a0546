from queue import Empty, Queue
from urllib.parse import SplitResult, unquote

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from foveal.schemas.errors import BadSink
from foveal.schemas.event import Event
from foveal.watching.sink import PATIENCE_S, SinkAwayError

_PORTS = {"mqtt": 1883, "mqtts": 8883}


class MqttTopic:
    """Publishes each event as JSON with QoS 1, and waits until the broker has it."""

    def __init__(self, url: SplitResult) -> None:
        self._url = url
        self._topic = unquote(url.path.strip("/"))
        if not self._topic or set(self._topic) & set("+#\0"):
            raise BadSink(
                f"{self._topic!r} is no topic to publish under",
                fix="give one as the path: mqtt://HOST/line/7",
            )
        self._client: Client | None = None

    def send(self, event: Event) -> None:
        try:
            client = self._connected()
            published = client.publish(self._topic, event.as_line(), qos=1)
            published.wait_for_publish(PATIENCE_S)
        except (OSError, ValueError, RuntimeError) as error:
            self.close()
            raise SinkAwayError(str(error)) from error
        if not published.is_published():
            self.close()
            raise SinkAwayError("the broker did not acknowledge it")

    def close(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
            self._client = None

    def _connected(self) -> Client:
        """Once the broker has let it in: paho would publish before it knows (CONNACK)."""
        if self._client is None:
            self._client = Client(CallbackAPIVersion.VERSION2)
            if self._url.username is not None:
                self._client.username_pw_set(
                    unquote(self._url.username), unquote(self._url.password or "")
                )
            if self._url.scheme == "mqtts":
                self._client.tls_set()
            answers: Queue[ReasonCode] = Queue()
            self._client.on_connect = lambda _client, _data, _flags, code, _more: answers.put(code)
            self._client.connect_timeout = PATIENCE_S
            port = self._url.port or _PORTS[self._url.scheme]
            self._client.connect(self._url.hostname or "", port)
            self._client.loop_start()
            try:
                answer = answers.get(timeout=PATIENCE_S)
            except Empty:
                raise OSError("the broker did not answer") from None
            if answer.is_failure:
                raise OSError(f"the broker refused the connection: {answer}")
        return self._client
