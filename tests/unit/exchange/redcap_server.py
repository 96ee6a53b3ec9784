"""A small server on this machine that speaks the part of REDCap's API that exports data."""

import csv
import io
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

TOKEN = "0123456789ABCDEF0123456789ABCDEF"
REFUSED = "You do not have permissions to use the API"
STRUCTURE = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
GROUP = "redcap_data_access_group"


class Project:
    """What the server holds: the fields, the rows of a flat export, and how things repeat."""

    def __init__(self, fields, text, repeating=(), missing_codes="", mapped=()):
        self.fields = fields
        self.rows = list(csv.DictReader(io.StringIO(text)))
        self.header = next(csv.reader(io.StringIO(text)))
        self.repeating = list(repeating)
        self.mapped = list(mapped)
        self.missing_codes = missing_codes
        self.hidden = set()
        self.asked = []
        self.faults = []

    @property
    def forms(self):
        return list(dict.fromkeys(field.form for field in self.fields))

    @property
    def is_longitudinal(self):
        return STRUCTURE[0] in self.header

    def answer(self, content, data):
        calls = {
            "project": self.export_project,
            "metadata": self.export_metadata,
            "exportFieldNames": self.export_field_names,
            "instrument": self.export_instruments,
            "event": self.export_events,
            "formEventMapping": self.export_mapping,
            "repeatingFormsEvents": self.export_repeating,
            "record": self.export_records,
        }
        if content == "version":
            return "15.0.1"
        if content not in calls:
            raise RefusalError(501, "The requested method is not implemented.")
        return calls[content](data)

    def export_project(self, _):
        return {
            "project_id": 12,
            "project_title": "Synthetic",
            "is_longitudinal": int(self.is_longitudinal),
            "has_repeating_instruments_or_events": int(bool(self.repeating)),
            "missing_data_codes": self.missing_codes,
        }

    def export_metadata(self, _):
        return [
            {
                "field_name": field.name,
                "form_name": field.form,
                "field_type": field.kind,
                "field_label": field.label,
                "select_choices_or_calculations": " | ".join(
                    f"{choice.code}, {choice.label}" for choice in field.choices
                ),
                "text_validation_type_or_show_slider_number": field.validation,
            }
            for field in self.fields
        ]

    def export_field_names(self, _):
        names = [
            {"original_field_name": field.name, "choice_value": "", "export_field_name": name}
            for field in self.fields
            for name in field.export_names
        ]
        status = [f"{form}_complete" for form in self.forms]
        return names + [
            {"original_field_name": name, "choice_value": "", "export_field_name": name}
            for name in status
        ]

    def export_instruments(self, _):
        return [{"instrument_name": form, "instrument_label": form.title()} for form in self.forms]

    def export_events(self, _):
        if not self.is_longitudinal:
            raise RefusalError(400, "You cannot export events for classic projects")
        names = dict.fromkeys(row[STRUCTURE[0]] for row in self.rows)
        return [{"event_name": name, "arm_num": 1, "unique_event_name": name} for name in names]

    def export_mapping(self, _):
        if not self.is_longitudinal:
            raise RefusalError(400, "You cannot export form/event mappings for classic projects")
        return [
            {"arm_num": 1, "unique_event_name": event, "form": form} for event, form in self.mapped
        ]

    def export_repeating(self, _):
        if not self.repeating:
            raise RefusalError(
                400,
                "You cannot export repeating instruments and events because the project does "
                "not contain any repeating instruments and events",
            )
        return [
            {"event_name": event, "form_name": form, "custom_form_label": ""}
            for event, form in self.repeating
        ]

    def export_records(self, data):
        if data.get("type", ["flat"])[0] != "flat":
            raise RefusalError(400, "Invalid type")
        record, names = self.fields[0].name, pick(data, "fields")
        wanted = {name for name in names if name.endswith("_complete")}
        for field in self.fields:
            wanted |= set(field.export_names) if field.name in names else set()
        chosen = [name for name in self.header if name in STRUCTURE]
        if is_true(data, "exportDataAccessGroups") and GROUP in self.header:
            chosen.append(GROUP)
        chosen += [
            name
            for name in self.header
            if name not in {record, *STRUCTURE, GROUP}
            and (not names or name in wanted)
            and name not in self.hidden
        ]
        if not names or record in names:
            chosen.insert(0, record)
        records = pick(data, "records")
        blank = is_true(data, "exportBlankForGrayFormStatus")
        return [
            {
                name: "0" if name.endswith("_complete") and not row[name] and not blank
                else row[name]
                for name in chosen
            }
            for row in self.rows
            if not records or row[record] in records
        ]  # fmt: skip


class RefusalError(Exception):
    """REDCap's way to say no."""

    def __init__(self, status, message):
        self.status, self.message = status, message
        super().__init__(message)


def pick(data, name):
    return [values[0] for key, values in data.items() if key.startswith(f"{name}[")]


def is_true(data, name):
    return data.get(name, ["false"])[0].lower() in {"true", "1"}


def write(kind, content):
    if isinstance(content, str):
        return content
    if kind == "json":
        return json.dumps(content)
    rows = content if isinstance(content, list) else [content]
    stream = io.StringIO()
    if rows:
        writer = csv.DictWriter(stream, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return stream.getvalue()


def write_error(kind, message):
    if kind == "json":
        return json.dumps({"error": message})
    if kind == "csv":
        return f"ERROR: {message}"
    return f'<?xml version="1.0" encoding="UTF-8" ?><hash><error>{message}</error></hash>'


def make_handler(project):
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_POST(self):
            size = int(self.headers["Content-Length"])
            data = parse_qs(self.rfile.read(size).decode(), keep_blank_values=True)
            content = data.get("content", [""])[0]
            project.asked.append((content, data))
            kind = data.get("returnFormat", data.get("format", ["xml"]))[0]
            fault = project.faults.pop(0) if project.faults else None
            status, text = self.respond(content, kind, data)
            if fault is not None:
                status, text = fault(self, status, text)
            if status is None:
                return
            body = text.encode()
            self.send_response(status)
            charset = "" if project.missing_codes else "; charset=utf-8"
            self.send_header("Content-Type", f"text/{kind}{charset}")
            self.send_header("Content-Length", str(len(body)))
            if status in {301, 302}:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere/")
            self.end_headers()
            self.wfile.write(body)

        def respond(self, content, kind, data):
            if data.get("token") != [TOKEN]:
                return 403, write_error(kind, REFUSED)
            try:
                return 200, write(kind, project.answer(content, data))
            except RefusalError as refusal:
                return refusal.status, write_error(kind, refusal.message)

    return Handler


@contextmanager
def serve(project):
    """Serve a project on a free port; yields the address of its API."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), make_handler(project))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fail(status, text="trouble"):
    return lambda *_: (status, text)


def say(change):
    """Let the server change the text of one answer."""
    return lambda _, status, text: (status, change(text))


def wait(seconds):
    def fault(_, status, text):
        time.sleep(seconds)
        return status, text

    return fault


def hang_up(handler, *_):
    handler.close_connection = True
    handler.connection.close()
    return None, ""


def pass_on(_, status, text):
    return status, text
