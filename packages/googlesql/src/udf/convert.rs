//! Conversions between types and text

use super::Kind::{Bool, Civil, Date, Decimal, Double, Int, Text, Time};
use super::{Answer, Function, or_error};
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
                &format!("bad INT64 value: {text}"),
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
                &format!("bad FLOAT64 value: {text}"),
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
                &format!("bad NUMERIC value: {text}"),
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
                &format!("bad BOOL value: {text}"),
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
                &format!("bad DATE value: {text}"),
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
                &format!("bad TIME value: {text}"),
            )
        },
    },
    Function {
        name: "gs_datetime_of_text",
        parameters: &[Text],
        result: Civil,
        body: |cells| {
            let text = cells[0].text();
            let message = format!("bad DATETIME value: {text}");
            or_error(temporal::parse_datetime(text), Answer::Micros, &message)
        },
    },
    Function {
        name: "gs_timestamp_of_text",
        parameters: &[Text, Text],
        result: Civil,
        body: |cells| {
            let text = cells[0].text();
            let message = format!("bad TIMESTAMP value: {text}");
            or_error(
                temporal::parse_timestamp(text, cells[1].text()),
                Answer::Micros,
                &message,
            )
        },
    },
    Function {
        name: "gs_text_of_float",
        parameters: &[Double],
        result: Text,
        body: |cells| Ok(Answer::Text(number::format_float(cells[0].double()))),
    },
    Function {
        name: "gs_text_of_numeric",
        parameters: &[Decimal],
        result: Text,
        body: |cells| Ok(Answer::Text(decimal::format(cells[0].decimal()))),
    },
    Function {
        name: "gs_text_of_date",
        parameters: &[Date],
        result: Text,
        body: |cells| Ok(Answer::Text(temporal::format_date(cells[0].date()))),
    },
    Function {
        name: "gs_text_of_time",
        parameters: &[Time],
        result: Text,
        body: |cells| Ok(Answer::Text(temporal::format_time(cells[0].int()))),
    },
    Function {
        name: "gs_text_of_datetime",
        parameters: &[Civil],
        result: Text,
        body: |cells| Ok(Answer::Text(temporal::format_datetime(cells[0].int()))),
    },
    Function {
        name: "gs_text_of_timestamp",
        parameters: &[Civil, Text],
        result: Text,
        body: |cells| {
            let zone = cells[1].text();
            let message = format!("unknown time zone: {zone}");
            or_error(
                temporal::format_timestamp(cells[0].int(), zone),
                Answer::Text,
                &message,
            )
        },
    },
];
