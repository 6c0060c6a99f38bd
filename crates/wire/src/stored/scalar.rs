//! Times, decimals and dates.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use domain::PartialDate;
use jiff::Timestamp;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serializer};

use super::form::Form;

/// An instant, as microseconds since 1970 in UTC.
pub(super) struct Micros;

impl Micros {
    pub(super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(at.as_microsecond())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let micros = i64::deserialize(from)?;
        Timestamp::from_microsecond(micros).map_err(|_| D::Error::custom("no such time"))
    }
}

impl Form for Micros {
    type Of = Timestamp;

    fn write<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        Micros::serialize(at, to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        Micros::deserialize(from)
    }
}

/// A decimal, as text with all its digits.
pub(super) struct Decimal;

impl Decimal {
    pub(super) fn serialize<S: Serializer>(
        number: &domain::Decimal,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<domain::Decimal, D::Error> {
        from.deserialize_str(Text(PhantomData))
    }
}

impl Form for Decimal {
    type Of = domain::Decimal;

    fn write<S: Serializer>(number: &domain::Decimal, to: S) -> Result<S::Ok, S::Error> {
        Decimal::serialize(number, to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<domain::Decimal, D::Error> {
        Decimal::deserialize(from)
    }
}

/// A date, possibly partial, as `1984`, `1984-03` or `1984-03-17`.
pub(super) struct Day;

impl Day {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    pub(super) fn serialize<S: Serializer>(date: &PartialDate, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(date)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PartialDate, D::Error> {
        let ParsedDate(date) = from.deserialize_str(Text(PhantomData))?;
        Ok(date)
    }
}

struct ParsedDate(PartialDate);

impl FromStr for ParsedDate {
    type Err = ();

    fn from_str(text: &str) -> Result<ParsedDate, ()> {
        PartialDate::parse(text).map(ParsedDate).ok_or(())
    }
}

/// Reads text as whatever it stands for.
struct Text<T>(PhantomData<T>);

impl<T: FromStr> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(|_| E::custom("not such a value"))
    }
}
