"""Answers queries with the reference evaluator: a line of JSON in, a line of JSON out.

In:  {"sql": "…", "zone": "UTC"}
Out: {"types": ["INT64", …], "rows": [[…], …]} with every scalar as a text, or {"error": "…"}
"""

import base64
import datetime
import json
import sys

from zetasql.api import CatalogBuilder
from zetasql.core import wasm_client
from zetasql.core.local_service import ZetaSqlLocalService
from zetasql.types import (
    AnalyzerOptions,
    LanguageOptions,
    ProductMode,
    RegisterCatalogRequest,
    ZetaSQLBuiltinFunctionOptions,
)
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as messages
from zetasql.wasi._pb2.zetasql.public import type_pb2

NAMES = {
    type_pb2.TYPE_INT64: "INT64",
    type_pb2.TYPE_DOUBLE: "FLOAT64",
    type_pb2.TYPE_BOOL: "BOOL",
    type_pb2.TYPE_STRING: "STRING",
    type_pb2.TYPE_BYTES: "BYTES",
    type_pb2.TYPE_DATE: "DATE",
    type_pb2.TYPE_DATETIME: "DATETIME",
    type_pb2.TYPE_TIME: "TIME",
    type_pb2.TYPE_TIMESTAMP: "TIMESTAMP",
    type_pb2.TYPE_NUMERIC: "NUMERIC",
    type_pb2.TYPE_BIGNUMERIC: "BIGNUMERIC",
    type_pb2.TYPE_INTERVAL: "INTERVAL",
    type_pb2.TYPE_JSON: "JSON",
}


def cached(path):
    """The evaluator's settings, with its machine code kept in a cache that this file describes"""
    settings = original_settings()
    settings.cache = path
    return settings


original_settings = wasm_client.Config


def type_name(kind):
    """A type as GoogleSQL writes it"""
    if kind.type_kind == type_pb2.TYPE_ARRAY:
        return f"ARRAY<{type_name(kind.array_type.element_type)}>"
    if kind.type_kind == type_pb2.TYPE_STRUCT:
        fields = (
            f"{field.field_name} {type_name(field.field_type)}".strip()
            for field in kind.struct_type.field
        )
        return f"STRUCT<{', '.join(fields)}>"
    if kind.type_kind == type_pb2.TYPE_RANGE:
        return f"RANGE<{type_name(kind.range_type.element_type)}>"
    return NAMES.get(kind.type_kind) or type_pb2.TypeKind.Name(kind.type_kind)[5:]


def cell(value, kind):
    """A value as JSON: null, lists for arrays and structs, texts for the rest"""
    which = value.WhichOneof("value")
    if which is None:
        return None
    raw = getattr(value, which)
    kind_number = kind.type_kind
    if kind_number == type_pb2.TYPE_ARRAY:
        return [cell(item, kind.array_type.element_type) for item in raw.element]
    if kind_number == type_pb2.TYPE_STRUCT:
        fields = kind.struct_type.field
        return [cell(item, field.field_type) for item, field in zip(raw.field, fields)]
    if kind_number == type_pb2.TYPE_RANGE:
        ends = (cell(end, kind.range_type.element_type) for end in (raw.start, raw.end))
        return "[{}, {})".format(*(end or "UNBOUNDED" for end in ends))
    if kind_number == type_pb2.TYPE_BOOL:
        return "true" if raw else "false"
    if kind_number == type_pb2.TYPE_DOUBLE:
        return repr(raw)
    if kind_number == type_pb2.TYPE_BYTES:
        return base64.b64encode(raw).decode()
    if kind_number == type_pb2.TYPE_DATE:
        return str(datetime.date(1970, 1, 1) + datetime.timedelta(days=raw))
    if kind_number == type_pb2.TYPE_TIMESTAMP:
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(
            seconds=raw.seconds, microseconds=raw.nanos // 1000
        )
        return f"{moment.isoformat(' ')}+00"
    if kind_number == type_pb2.TYPE_DATETIME:
        seconds = raw.bit_field_datetime_seconds
        date = f"{seconds >> 26:04}-{seconds >> 22 & 15:02}-{seconds >> 17 & 31:02}"
        return f"{date} {clock(seconds & 0x1FFFF, raw.nanos)}"
    if kind_number == type_pb2.TYPE_TIME:
        return clock(raw >> 30, raw & 0x3FFFFFFF)
    if kind_number == type_pb2.TYPE_NUMERIC:
        return scaled(raw, 9)
    if kind_number == type_pb2.TYPE_BIGNUMERIC:
        return scaled(raw, 38)
    if kind_number == type_pb2.TYPE_INTERVAL:
        return interval(raw)
    return str(raw)


def clock(bits, nanos):
    """Hours, minutes and seconds out of 5, 6 and 6 bits, with the fraction in nanoseconds"""
    return f"{bits >> 12:02}:{bits >> 6 & 63:02}:{bits & 63:02}.{nanos // 1000:06}"


def scaled(raw, digits):
    """Little-endian two's complement with that many digits after the point"""
    number = int.from_bytes(raw, "little", signed=True)
    whole, fraction = divmod(abs(number), 10**digits)
    text = f"{whole}.{fraction:0{digits}}".rstrip("0").rstrip(".")
    return "-" + text if number < 0 else text


def interval(raw):
    """`Y-M D H:M:S[.F]` out of microseconds, days, and months with nanoseconds"""
    micros = int.from_bytes(raw[:8], "little", signed=True)
    days = int.from_bytes(raw[8:12], "little", signed=True)
    packed = int.from_bytes(raw[12:16], "little")
    months = packed >> 13 & 0x3FFFF
    months = -months if packed >> 31 else months
    sign = "-" if micros < 0 else ""
    seconds, micros = divmod(abs(micros), 1_000_000)
    # digits come in threes
    fraction = f".{micros // 1000:03}" if micros % 1000 == 0 else f".{micros:06}"
    fraction = fraction if micros else ""
    year_sign = "-" if months < 0 else ""
    years, months = divmod(abs(months), 12)
    time = f"{seconds // 3600}:{seconds // 60 % 60}:{seconds % 60}"
    return f"{year_sign}{years}-{months} {days} {sign}{time}{fraction}"


def main():
    """Answers until the input ends; the one argument is a file with settings of the code's cache"""
    wasm_client.Config = lambda: cached(sys.argv[1])
    language = LanguageOptions.maximum_features()
    language.product_mode = ProductMode.PRODUCT_EXTERNAL
    catalog = (
        CatalogBuilder("reference")
        .with_builtin_functions(ZetaSQLBuiltinFunctionOptions(language_options=language))
        .build()
    )
    service = ZetaSqlLocalService()
    registered = service.wasm_client.call_grpc_func(
        "ZetaSqlLocalService_RegisterCatalog",
        RegisterCatalogRequest(simple_catalog=catalog).to_proto(),
        messages.RegisterResponse,
    )
    options = {}
    for line in sys.stdin:
        question = json.loads(line)
        zone = question.get("zone", "UTC")
        if zone not in options:
            chosen = AnalyzerOptions(language_options=language, default_timezone=zone)
            options[zone] = chosen.to_proto()
        request = messages.EvaluateQueryRequest(
            sql=question["sql"],
            options=options[zone],
            registered_catalog_id=registered.registered_id,
        )
        try:
            answer = service.wasm_client.call_grpc_func(
                "ZetaSqlLocalService_EvaluateQuery", request, messages.EvaluateQueryResponse
            )
            kinds = [column.type for column in answer.prepared.columns]
            answer = {
                "types": [type_name(kind) for kind in kinds],
                "rows": [
                    [cell(value, kind) for value, kind in zip(row.cell, kinds)]
                    for row in answer.content.table_data.row
                ],
            }
        except Exception as error:
            # a trap leaves the evaluator in an unknown state: whoever asks starts another
            if type(error).__module__.startswith("wasmtime"):
                raise
            answer = {"error": str(error).strip()}
        print(json.dumps(answer), flush=True)


main()
