//! `CAST(… FORMAT …)` in every direction

use super::Kind::{Big, Blob, Civil, Date, Decimal, Double, Int, Text, Time};
use super::big_decimal::row;
use super::{Answer, Function};
use crate::value::big_decimal::Decimal as Type;
use crate::value::number_picture::Number;
use crate::value::picture::Has;
use crate::value::temporal::split;
use crate::value::{bytes_text, date_picture, number_picture, zone};

pub const TABLE: &[Function] = &[
    row("gs_bytes_as_text", &[Blob, Text], Text, |cells| {
        bytes_text::encode(cells[0].bytes(), cells[1].text()).map(Answer::Text)
    }),
    row("gs_text_as_bytes", &[Text, Text], Blob, |cells| {
        bytes_text::decode(cells[0].text(), cells[1].text()).map(Answer::Blob)
    }),
    row("gs_int_as_text", &[Int, Text], Text, |cells| {
        number_picture::format(cells[1].text(), &Number::Int(cells[0].int())).map(Answer::Text)
    }),
    row("gs_float_as_text", &[Double, Text], Text, |cells| {
        number_picture::format(cells[1].text(), &Number::Float(cells[0].double())).map(Answer::Text)
    }),
    row("gs_numeric_as_text", &[Decimal, Text], Text, |cells| {
        let number = Number::Decimal(Type::Numeric, cells[0].decimal().into());
        number_picture::format(cells[1].text(), &number).map(Answer::Text)
    }),
    row("gs_bignumeric_as_text", &[Big, Text], Text, |cells| {
        let number = Number::Decimal(Type::Big, cells[0].big());
        number_picture::format(cells[1].text(), &number).map(Answer::Text)
    }),
    row("gs_date_as_text", &[Civil, Text], Text, |cells| {
        date_picture::format(cells[1].text(), cells[0].int(), Has::Date, 0).map(Answer::Text)
    }),
    row("gs_time_as_text", &[Time, Text], Text, |cells| {
        date_picture::format(cells[1].text(), cells[0].int(), Has::Time, 0).map(Answer::Text)
    }),
    row("gs_datetime_as_text", &[Civil, Text], Text, |cells| {
        date_picture::format(cells[1].text(), cells[0].int(), Has::DateTime, 0).map(Answer::Text)
    }),
    row(
        "gs_timestamp_as_text",
        &[Civil, Text, Text],
        Text,
        |cells| {
            let (utc, zone) = (cells[0].int(), cells[2].text());
            let offset =
                zone::offset(utc, zone).ok_or_else(|| format!("unknown time zone: {zone}"))?;
            // The local times of old have seconds, which this function leaves out
            let offset = offset - offset % 60;
            let civil = utc + i64::from(offset) * 1_000_000;
            date_picture::format(cells[1].text(), civil, Has::Timestamp, offset).map(Answer::Text)
        },
    ),
    row("gs_text_as_date", &[Text, Text, Date], Date, |cells| {
        let civil = parse(cells, Has::Date, "UTC", cells[2].date())?;
        Ok(Answer::Date(split(civil).0))
    }),
    row("gs_text_as_time", &[Text, Text], Time, |cells| {
        parse(cells, Has::Time, "UTC", 0).map(Answer::Micros)
    }),
    row("gs_text_as_datetime", &[Text, Text, Date], Civil, |cells| {
        parse(cells, Has::DateTime, "UTC", cells[2].date()).map(Answer::Micros)
    }),
    row(
        "gs_text_as_timestamp",
        &[Text, Text, Date, Text],
        Civil,
        |cells| {
            let zone = cells[3].text();
            if !zone::is_known(zone) {
                return Err(format!("unknown time zone: {zone}"));
            }
            parse(cells, Has::Timestamp, zone, cells[2].date()).map(Answer::Micros)
        },
    ),
];

fn parse(cells: &[super::Cell], has: Has, zone: &str, today: i32) -> Result<i64, String> {
    date_picture::parse(cells[1].text(), cells[0].text(), has, zone, today)
}
