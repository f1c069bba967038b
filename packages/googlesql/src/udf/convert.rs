//! Conversions between types and text

use super::Kind::{Bool, Civil, Date, Decimal, Double, Int, Text, Time};
use super::{Answer, Function, TextFunction, or_error};
use crate::value::{decimal, number, temporal};

pub const TABLE: &[Function] = &[
    Function {
        name: "gs_int_of_text",
        parameters: &[Text],
        result: Int,
        body: |cells| {
            let text = cells[0].text();
            or_error(
                number::parse_int(text),
                Answer::Int,
                format_args!("bad INT64 value: {text}"),
            )
        },
    },
    Function {
        name: "gs_float_of_text",
        parameters: &[Text],
        result: Double,
        body: |cells| {
            let text = cells[0].text();
            or_error(
                number::parse_float(text),
                Answer::Double,
                format_args!("bad FLOAT64 value: {text}"),
            )
        },
    },
    Function {
        name: "gs_numeric_of_text",
        parameters: &[Text],
        result: Decimal,
        body: |cells| {
            let text = cells[0].text();
            or_error(
                decimal::parse(text),
                Answer::Decimal,
                format_args!("bad NUMERIC value: {text}"),
            )
        },
    },
    Function {
        name: "gs_bool_of_text",
        parameters: &[Text],
        result: Bool,
        body: |cells| {
            let text = cells[0].text();
            or_error(
                number::parse_bool(text),
                Answer::Bool,
                format_args!("bad BOOL value: {text}"),
            )
        },
    },
    Function {
        name: "gs_date_of_text",
        parameters: &[Text],
        result: Date,
        body: |cells| {
            let text = cells[0].text();
            or_error(
                temporal::parse_date(text),
                Answer::Date,
                format_args!("bad DATE value: {text}"),
            )
        },
    },
    Function {
        name: "gs_time_of_text",
        parameters: &[Text],
        result: Time,
        body: |cells| {
            let text = cells[0].text();
            or_error(
                temporal::parse_time(text),
                Answer::Micros,
                format_args!("bad TIME value: {text}"),
            )
        },
    },
    Function {
        name: "gs_datetime_of_text",
        parameters: &[Text],
        result: Civil,
        body: |cells| {
            let text = cells[0].text();
            let message = format_args!("bad DATETIME value: {text}");
            or_error(temporal::parse_datetime(text), Answer::Micros, message)
        },
    },
    Function {
        name: "gs_timestamp_of_text",
        parameters: &[Text, Text],
        result: Civil,
        body: |cells| {
            let text = cells[0].text();
            let message = format_args!("bad TIMESTAMP value: {text}");
            or_error(
                temporal::parse_timestamp(text, cells[1].text()),
                Answer::Micros,
                message,
            )
        },
    },
];

pub const TEXTS: &[TextFunction] = &[
    TextFunction {
        name: "gs_text_of_float",
        parameters: &[Double],
        body: |cells, out| {
            out.push_str(&number::format_float(cells[0].double()));
            Ok(())
        },
    },
    TextFunction {
        name: "gs_text_of_numeric",
        parameters: &[Decimal],
        body: |cells, out| {
            out.push_str(&decimal::format(cells[0].decimal()));
            Ok(())
        },
    },
    TextFunction {
        name: "gs_text_of_date",
        parameters: &[Date],
        body: |cells, out| {
            temporal::write_date(out, cells[0].date());
            Ok(())
        },
    },
    TextFunction {
        name: "gs_text_of_time",
        parameters: &[Time],
        body: |cells, out| {
            temporal::write_time(out, cells[0].int());
            Ok(())
        },
    },
    TextFunction {
        name: "gs_text_of_datetime",
        parameters: &[Civil],
        body: |cells, out| {
            temporal::write_datetime(out, cells[0].int());
            Ok(())
        },
    },
    TextFunction {
        name: "gs_text_of_timestamp",
        parameters: &[Civil, Text],
        body: |cells, out| {
            let zone = cells[1].text();
            temporal::write_timestamp(out, cells[0].int(), zone)
                .ok_or_else(|| format!("unknown time zone: {zone}"))
        },
    },
];
