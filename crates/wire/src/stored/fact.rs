//! Facts of others that a profile keeps a copy of, and what is missing.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use domain::PartialDate;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::event::EventKind;
use super::form::{Borrowed, Each, Form, Maybe, Owned, forms};
use super::id;
use super::scalar::{Day, Decimal};

/// A key of a declared property. Written as a reference, serde would take it for text borrowed from
/// what it reads.
type Key = &'static str;

/// Facts read from collected data.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Collected", deny_unknown_fields)]
pub(super) struct Collected {
    #[serde(
        with = "Values::<DeclaredKey>",
        default,
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    declared: BTreeMap<&'static str, Vec<domain::Value>>,
    #[serde(
        with = "Values::<Name>",
        default,
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    custom: BTreeMap<String, Vec<domain::Value>>,
}

/// One value: its kind by a letter, and the value.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Value")]
enum Value {
    #[serde(rename = "t")]
    Text(String),
    #[serde(rename = "n")]
    Number(#[serde(with = "Decimal")] domain::Decimal),
    #[serde(rename = "b")]
    Between(
        #[serde(with = "Decimal")] domain::Decimal,
        #[serde(with = "Decimal")] domain::Decimal,
    ),
    #[serde(rename = "d")]
    Date(#[serde(with = "Day")] PartialDate),
    #[serde(rename = "f")]
    Flag(bool),
}

/// A missing value.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Missing", deny_unknown_fields)]
pub(super) struct Missing {
    #[serde(with = "Property")]
    property: domain::Property,
    #[serde(with = "Why")]
    why: domain::Why,
}

/// Why a value is missing.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Why", rename_all = "snake_case")]
enum Why {
    NotSupplied,
    TooCoarse,
    CheckPending,
    CheckFailed,
    RiskUndetermined,
}

/// A property.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Property", rename_all = "snake_case")]
enum Property {
    Declared(#[serde(with = "DeclaredKey")] Key),
    Custom(String),
    CheckResult(#[serde(with = "id::CheckVariantId")] domain::CheckVariantId),
    CheckDecision(#[serde(with = "id::CheckVariantId")] domain::CheckVariantId),
    Events(
        #[serde(with = "Maybe::<EventKind>")] Option<domain::EventKind>,
        #[serde(with = "Resolved")] domain::Resolved,
    ),
}

/// Which events to count.
#[derive(Serialize, Deserialize)]
#[serde(remote = "domain::Resolved", rename_all = "snake_case")]
enum Resolved {
    Potential,
    Confirmed,
    Dismissed,
    Any,
}

/// The key of a declared property.
struct DeclaredKey;

impl DeclaredKey {
    fn serialize<S: Serializer>(key: &str, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(key)
    }

    fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<&'static str, D::Error> {
        from.deserialize_str(DeclaredKey)
    }
}

impl Form for DeclaredKey {
    type Of = &'static str;

    fn write<S: Serializer>(key: &&'static str, to: S) -> Result<S::Ok, S::Error> {
        DeclaredKey::serialize(key, to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<&'static str, D::Error> {
        DeclaredKey::deserialize(from)
    }
}

impl Visitor<'_> for DeclaredKey {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key of a declared property")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<&'static str, E> {
        let found = domain::declared(text).map(|property| property.key);
        found.ok_or_else(|| E::custom("not a declared property"))
    }
}

/// The developer name of a custom field.
struct Name;

impl Form for Name {
    type Of = String;

    fn write<S: Serializer>(name: &String, to: S) -> Result<S::Ok, S::Error> {
        name.serialize(to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        String::deserialize(from)
    }
}

/// The values of one property.
struct List;

impl Form for List {
    type Of = Vec<domain::Value>;

    fn write<S: Serializer>(values: &Vec<domain::Value>, to: S) -> Result<S::Ok, S::Error> {
        Each::<Value>::serialize(values, to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<domain::Value>, D::Error> {
        Each::<Value>::deserialize(from)
    }
}

/// Values by property, as an object.
struct Values<K>(PhantomData<K>);

impl<K: Form> Values<K>
where
    K::Of: Ord,
{
    fn serialize<S: Serializer>(
        values: &BTreeMap<K::Of, Vec<domain::Value>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let entries = values.iter();
        to.collect_map(entries.map(|(key, list)| (Borrowed::<K>(key), Borrowed::<List>(list))))
    }

    fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<K::Of, Vec<domain::Value>>, D::Error> {
        from.deserialize_map(Values::<K>(PhantomData))
    }
}

impl<'de, K: Form> Visitor<'de> for Values<K>
where
    K::Of: Ord,
{
    type Value = BTreeMap<K::Of, Vec<domain::Value>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("values by property")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut values = BTreeMap::new();
        while let Some((Owned::<K>(key), Owned::<List>(list))) = from.next_entry()? {
            values.insert(key, list);
        }
        Ok(values)
    }
}

forms! {
    Collected: domain::Collected,
    Missing: domain::Missing,
    Value: domain::Value,
}
