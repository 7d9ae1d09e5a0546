import json
from datetime import UTC, datetime
from logging import Formatter, LogRecord

from opentelemetry import trace

from foveal.schemas.log_fields import known_log_fields


class JsonLines(Formatter):
    """A JSON object a line, with the run and the item it is about, and the span it fell into."""

    def format(self, record: LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **known_log_fields(),
        }
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            line["trace_id"] = trace.format_trace_id(span.trace_id)
            line["span_id"] = trace.format_span_id(span.span_id)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
